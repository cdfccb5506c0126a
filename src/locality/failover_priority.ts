/** Most alike first: how many labels an endpoint shares with the caller (Istio `failoverPriority`). */
import type { LabelMap } from "./labels.ts";

/** One item of the list: `key`, or `key=value`. */
export interface LabelRule {
  readonly key: string;
  /** What the endpoint's label must be; `null`: what the caller's is. */
  readonly value: string | null;
}

const NETWORK = "topology.istio.io/network";

/** Text up to the first `=` is the key. */
export function parseLabelRule(text: string): LabelRule {
  const at = text.indexOf("=");
  return at < 0
    ? { key: text, value: null }
    : { key: text.slice(0, at), value: text.slice(at + 1) };
}

/**
 * With N rules: 0 if all match, else N less the place of the first mismatch; what comes after it
 * does not count. Only a mismatch of a network that stands first does not end the comparison but
 * adds N, so that whatever is in the caller's network comes before all that is not.
 *
 * @returns from 0 to N, or to 2N where a network stands first
 * @see Istio `applyFailoverPriorityPerLocality`
 */
export function labelRank(
  rules: readonly LabelRule[],
  caller: LabelMap,
  endpoint: LabelMap,
): number {
  const matches = ({ key, value }: LabelRule): boolean =>
    (value ?? caller.get(key) ?? "") === (endpoint.get(key) ?? "");
  const network = rules[0]?.key === NETWORK ? 1 : 0;
  const foreign = network === 1 && !matches(rules[0]!) ? rules.length : 0;
  const mismatch = rules.findIndex((rule, i) => i >= network && !matches(rule));
  return foreign + (mismatch < 0 ? 0 : rules.length - mismatch);
}

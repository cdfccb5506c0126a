/** So much here, so much there: locality weights by the caller's place (Istio `distribute`). */
import type { DistributeRule, Locality } from "../plan/locality.ts";
import { type LocalityRule, matchesLocality, parseLocalityRule } from "./locality.ts";

/** @returns the index of the first rule whose `from` matches the caller; -1: none does */
export const distributionFor = (rules: readonly DistributeRule[], caller: Locality): number =>
  rules.findIndex(({ from }) => matchesLocality(parseLocalityRule(from), caller));

/** The endpoints of one level that share a locality. */
export interface WeighedGroup {
  readonly locality: Locality;
  /** Sum of the endpoints' weights. */
  readonly weight: number;
}

/**
 * The locality weight of each group. A rule takes the groups it matches that no rule before it
 * took, and each of them gets ceil(rule's weight × group's weight / weight of all it took).
 *
 * @returns whole numbers for `groups` in order; 0 for a group that no rule matches: it is to get
 *   no traffic at all, in panic neither
 * @see Istio `applyLocalityWeights`
 */
export function distribute(
  to: DistributeRule["to"],
  groups: readonly WeighedGroup[],
): number[] {
  const weights = new Array<number>(groups.length).fill(0);
  const left = new Set(groups.keys());
  for (const [text, share] of to) {
    const rule: LocalityRule = parseLocalityRule(text);
    const taken = [...left].filter((i) => matchesLocality(rule, groups[i]!.locality));
    const total = taken.reduce((sum, i) => sum + groups[i]!.weight, 0);
    for (const i of taken) {
      left.delete(i);
      if (total > 0) weights[i] = Math.ceil((share * groups[i]!.weight) / total);
    }
  }
  return weights;
}

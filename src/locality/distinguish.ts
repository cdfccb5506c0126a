/**
 * Which callers are alike: a setting compares them with a few names only, and two that equal the
 * same ones of these get the same levels.
 */
import { distributionFor } from "./distribute.ts";
import { parseLabelRule } from "./failover_priority.ts";
import { type LabelMap, labelsOf } from "./labels.ts";
import type { Caller, LocalitySetting, PlacedEndpoint } from "./setting.ts";

/**
 * @returns gives each caller a key; callers with the same key get the same effective levels. There
 *   are no more keys than combinations of names in the policy, however many callers come
 */
export function distinguish(
  endpoints: readonly PlacedEndpoint[],
  setting: LocalitySetting | null,
): (caller: Caller) => string {
  if (setting === null) return () => "";
  if (setting.kind === "distribute") {
    return ({ locality }) => String(distributionFor(setting.distribute, locality));
  }
  const byLabels = setting.kind === "failoverPriority";
  const compared: Compared[] = [];
  if (setting.kind === "failover" || setting.failover.length > 0) {
    compared.push(...placesCompared(endpoints, setting));
  }
  if (byLabels) {
    compared.push(...labelsCompared(endpoints, setting.failoverPriority));
  }
  return (caller) => {
    const labels = byLabels ? labelsOf(caller.locality, caller.labels) : NO_LABELS;
    const seen = compared.map(({ of, names }) => {
      const name = of(caller, labels);
      // All that equals nothing here is alike.
      return names.has(name) ? name : null;
    });
    return JSON.stringify([labels.size > 0, ...seen]);
  };
}

const NO_LABELS: LabelMap = new Map();

/** Something of the caller, and all that it is ever compared with. */
interface Compared {
  readonly of: (caller: Caller, labels: LabelMap) => string;
  readonly names: ReadonlySet<string>;
}

function placesCompared(
  endpoints: readonly PlacedEndpoint[],
  { failover }: Extract<LocalitySetting, { kind: "failover" | "failoverPriority" }>,
): Compared[] {
  return (["region", "zone", "subzone"] as const).map((part) => ({
    of: ({ locality }) => locality[part],
    names: new Set([
      ...endpoints.map(({ locality }) => locality[part]),
      ...(part === "region" ? failover.map(({ from }) => from) : []),
    ]),
  }));
}

function labelsCompared(
  endpoints: readonly PlacedEndpoint[],
  failoverPriority: readonly string[],
): Compared[] {
  const labels = endpoints.map((endpoint) => labelsOf(endpoint.locality, endpoint.labels));
  const keys = failoverPriority.map(parseLabelRule).filter(({ value }) => value === null);
  return keys.map(({ key }) => ({
    of: (_, caller) => caller.get(key) ?? "",
    names: new Set(labels.map((endpoint) => endpoint.get(key) ?? "")),
  }));
}

/**
 * Effective levels for many callers: computed once for all that the setting can't tell apart, never
 * per request.
 */
import { distinguish } from "./distinguish.ts";
import { type EffectiveLevels, effectiveLevels } from "./levels.ts";
import type { Caller, LocalitySetting, PlacedEndpoint } from "./setting.ts";

/** What identifies a caller for every setting: its place and its labels, whatever their order. */
export const callerKey = ({ locality, labels }: Caller): string =>
  JSON.stringify([
    locality.region,
    locality.zone,
    locality.subzone,
    Object.entries(labels).sort(([a], [b]) => a < b ? -1 : 1),
  ]);

/**
 * Effective levels by caller, kept for the life of a plan.
 *
 * Callers that the setting can't tell apart share one result, and so do callers for whom the same
 * comes out: results are one object exactly if they are equal, so what is built from them (pools,
 * balancers) may be kept by identity. What is kept is bounded by the names in the policy, not by
 * the number of callers.
 */
export function levelsByCaller(
  endpoints: readonly PlacedEndpoint[],
  setting: LocalitySetting | null,
): (caller: Caller) => EffectiveLevels {
  const kindOf = distinguish(endpoints, setting);
  const byKey = new Map<string, EffectiveLevels>();
  const byContent = new Map<string, EffectiveLevels>();
  return (caller) => {
    const key = kindOf(caller);
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const made = effectiveLevels(endpoints, setting, caller);
    const content = JSON.stringify(made.levels);
    const levels = byContent.get(content) ?? made;
    byContent.set(content, levels);
    byKey.set(key, levels);
    return levels;
  };
}

/** Nearest first: how far an endpoint is from the caller (Istio `failover`). */
import type { FailoverRule, Locality } from "../plan/locality.ts";

/** One more than the highest rank of `failoverRank`. */
export const FAILOVER_RANKS = 5;

/**
 * 0 same region, zone and subzone; 1 same region and zone; 2 same region; 3 elsewhere; 4 elsewhere
 * too, and not in the region that the first rule for the caller's region names. No rule touches
 * what is in the caller's own region. Unknown parts compare as empty texts.
 *
 * @see Istio `applyLocalityFailover`, `LbPriority`
 */
export function failoverRank(
  caller: Locality,
  endpoint: Locality,
  rules: readonly FailoverRule[],
): number {
  if (caller.region !== endpoint.region) {
    const rule = rules.find(({ from }) => from === caller.region);
    return rule === undefined || rule.to === endpoint.region ? 3 : 4;
  }
  if (caller.zone !== endpoint.zone) return 2;
  return caller.subzone === endpoint.subzone ? 0 : 1;
}

/** What outlier detection does at the end of each interval, besides counting failures in a row. */
import type { FailurePercentagePlan, SuccessRatePlan } from "../plan/resilience.ts";
import { failurePercentageOutliers } from "./failure_percentage.ts";
import type { IntervalCounts } from "./interval_counts.ts";
import { successRateOutliers } from "./success_rate.ts";

/** `null`: this detector is off. */
export interface SweepPlan {
  readonly successRate: SuccessRatePlan | null;
  readonly failurePercentage: FailurePercentagePlan | null;
}

/**
 * The cap on ejections (`mayEject`) is the caller's to apply, one by one in the order returned.
 *
 * @param counts of the endpoints in service, over the interval that has ended
 * @returns indices into `counts` of those to eject, each once: as Envoy does, first those
 *   found by success rate, then those found by failure percentage, the worst of each first
 */
export function sweep(
  counts: readonly IntervalCounts[],
  { successRate, failurePercentage }: SweepPlan,
): number[] {
  const found = new Set<number>();
  if (successRate !== null) {
    for (const index of successRateOutliers(counts, successRate)) found.add(index);
  }
  if (failurePercentage !== null) {
    for (const index of failurePercentageOutliers(counts, failurePercentage)) found.add(index);
  }
  return [...found];
}

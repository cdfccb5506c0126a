/**
 * Outliers by failure percentage: endpoints that failed too large a part of one
 * interval's requests, however the others did (Envoy
 * `failure_percentage_threshold`).
 */
import type { FailurePercentagePlan } from "../plan/resilience.ts";
import type { IntervalCounts } from "./interval_counts.ts";

/**
 * @param counts of the endpoints in service: those that are ejected already are left out
 * @returns indices into `counts` of those to eject, the worst first; empty where too few
 *   endpoints had enough requests
 */
export function failurePercentageOutliers(
  counts: readonly IntervalCounts[],
  { threshold, minimumHosts, requestVolume }: FailurePercentagePlan,
): number[] {
  const rated = counts.flatMap(({ requests, successes }, index) =>
    requests > 0 && requests >= requestVolume
      ? [{ index, requests, failures: requests - successes }]
      : []
  );
  if (rated.length < minimumHosts) return [];
  return rated
    // Not divided: 58 % of 50 is 29, but 29 / 50 in binary, times 100, falls short of 58.
    .filter(({ requests, failures }) => 100 * failures >= threshold * requests)
    .sort((a, b) => b.failures / b.requests - a.failures / a.requests)
    .map(({ index }) => index);
}

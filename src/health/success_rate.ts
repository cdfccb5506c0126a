/**
 * Outliers by success rate: endpoints that did clearly worse than the others of
 * their cluster in one interval (Envoy `processSuccessRateEjections`).
 */
import type { SuccessRatePlan } from "../plan/resilience.ts";
import type { IntervalCounts } from "./interval_counts.ts";

/**
 * @param counts of the endpoints in service: those that are ejected already are left out
 * @returns indices into `counts` of those to eject, the worst first; empty where too few
 *   endpoints had enough requests to be compared
 */
export function successRateOutliers(
  counts: readonly IntervalCounts[],
  { minimumHosts, requestVolume, stdevFactor }: SuccessRatePlan,
): number[] {
  const rated = counts.flatMap(({ requests, successes }, index) =>
    requests > 0 && requests >= requestVolume ? [{ index, rate: 100 * successes / requests }] : []
  );
  if (rated.length === 0 || rated.length < minimumHosts) return [];
  const threshold = successRateThreshold(rated.map(({ rate }) => rate), stdevFactor);
  return rated
    .filter(({ rate }) => rate < threshold)
    .sort((a, b) => a.rate - b.rate)
    .map(({ index }) => index);
}

/**
 * Mean less `stdevFactor` times the population's standard deviation.
 *
 * @param rates percent, at least one
 * @returns percent, may be below 0; never above the best rate
 */
export function successRateThreshold(rates: readonly number[], stdevFactor: number): number {
  // Summed up as distances from the best, rounding never lifts the mean above it: of endpoints
  // that all did the same, none is an outlier.
  const best = Math.max(...rates);
  const mean = best + sum(rates.map((rate) => rate - best)) / rates.length;
  const variance = sum(rates.map((rate) => (rate - mean) ** 2)) / rates.length;
  return mean - stdevFactor * Math.sqrt(variance);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/**
 * How the tries at one endpoint went during the running interval of outlier
 * detection. At its end a sweep compares the endpoints (`sweep.ts`), and all
 * counts start anew. Nothing here looks at a clock.
 */
import type { Outcome } from "./outlier.ts";

/** Changed in place by `countTry` and `clearCounts` alone. */
export interface IntervalCounts {
  requests: number;
  /** Of `requests`. */
  successes: number;
}

export const newIntervalCounts = (): IntervalCounts => ({ requests: 0, successes: 0 });

export function countTry(counts: IntervalCounts, outcome: Outcome): void {
  counts.requests++;
  if (outcome === "success") counts.successes++;
}

export function clearCounts(counts: IntervalCounts): void {
  counts.requests = 0;
  counts.successes = 0;
}

/**
 * What to do about an interval at `nowMs`. Where no timer runs, a request may
 * be the first to notice that it is over.
 *
 * @returns `open`: count on. `due`: sweep, then start the next one. `stale`: it
 *   was over long ago (or the clock was set back), so what was counted says
 *   nothing of now: start the next one without a sweep.
 */
export function intervalEnd(
  startedAtMs: number,
  intervalMs: number,
  nowMs: number,
): "open" | "due" | "stale" {
  const ageMs = nowMs - startedAtMs;
  if (ageMs < 0 || ageMs >= 2 * intervalMs) return "stale";
  return ageMs < intervalMs ? "open" : "due";
}

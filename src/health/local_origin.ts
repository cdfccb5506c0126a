/**
 * Failures that the gateway itself met (no connection, reset, timeout), told
 * apart from failures that the upstream answered with (Envoy
 * `split_external_local_origin_errors`). Where a policy splits them, a try
 * without an answer counts here alone, and any answer, a 500 too, shows that
 * the endpoint can be reached.
 */
import { countTry, type IntervalCounts, newIntervalCounts } from "./interval_counts.ts";
import type { Outcome } from "./outlier.ts";

/** Of one endpoint. Changed in place by `observeLocalOrigin` alone, but for the counts' restart. */
export interface LocalOriginState {
  /** Tries in a row without an answer. */
  consecutive: number;
  /** A success is any answer. For a sweep of its own, by the policy's same thresholds. */
  readonly counts: IntervalCounts;
}

export const newLocalOriginState = (): LocalOriginState => ({
  consecutive: 0,
  counts: newIntervalCounts(),
});

/** Whether the detectors that judge answers (`observe`, `countTry`) get to see this try. */
export const judgedByAnswer = (outcome: Outcome, split: boolean): boolean =>
  !split || outcome !== "no-answer";

/**
 * Counts one try, where the policy splits local-origin errors.
 *
 * @param limit errors in a row that eject; 0: they never do
 * @returns whether the limit was reached, so that the endpoint should be ejected
 */
export function observeLocalOrigin(
  state: LocalOriginState,
  outcome: Outcome,
  limit: number,
): boolean {
  const answered = outcome !== "no-answer";
  countTry(state.counts, answered ? "success" : outcome);
  if (answered) {
    state.consecutive = 0;
    return false;
  }
  state.consecutive++;
  const reached = limit > 0 && state.consecutive >= limit;
  if (reached) state.consecutive = 0;
  return reached;
}

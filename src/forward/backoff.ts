/** How long a request waits before it is tried again, by chance or by the upstream's wish. */
import type { RetryPlan } from "../plan/plan.ts";
import { backoffMs } from "./retry.ts";
import { retryAfterMs } from "./retry_after.ts";

/** No wish beyond this is followed (Envoy `RateLimitedRetryBackOff.max_interval`). */
export const LONGEST_RETRY_AFTER_MS = 300_000;

export interface Retry {
  /** 1 is the first retry. */
  readonly n: number;
  /** `Retry-After` of the answer that is not handed on; `null` if it has none, or nothing was answered. */
  readonly retryAfter: string | null;
  /** The next try goes to another endpoint than the one that answered. */
  readonly elsewhere: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Until then the client is to have its answer; infinite: whenever. */
  readonly deadlineMs: number;
  /** Uniform in [0, 1). */
  readonly random: number;
}

/**
 * A wish is followed, and spread out as Envoy does: by up to half as much again.
 * One that can't be (too long, or past the deadline) is void for another
 * endpoint, which did not utter it.
 *
 * @returns milliseconds; `null`: the endpoint does not want to be asked again in time, so the
 *   client gets what there is
 */
export function retryWaitMs(retry: Retry, plan: RetryPlan): number | null {
  const askedMs = retryAfterMs(retry.retryAfter, retry.nowMs);
  if (askedMs === null || askedMs === 0) return backoffMs(plan, retry.n, retry.random);
  const leftMs = retry.deadlineMs - retry.nowMs;
  if (askedMs <= LONGEST_RETRY_AFTER_MS && askedMs < leftMs) {
    const spreadMs = Math.min(askedMs / 2, leftMs - askedMs);
    return askedMs + Math.floor(retry.random * spreadMs);
  }
  return retry.elsewhere ? backoffMs(plan, retry.n, retry.random) : null;
}

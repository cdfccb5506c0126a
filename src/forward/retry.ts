/** Whether one more try is allowed after what the last one brought (Envoy `retry_on`). */
import type { RetryPlan } from "../plan/plan.ts";

/** How a try ended. */
export type TryResult =
  | { readonly kind: "answer"; readonly status: number }
  /** The connection was surely never made: the upstream can't have acted on the request. */
  | { readonly kind: "connect-failure" }
  /** No answer, for a reason that leaves open what the upstream did. */
  | { readonly kind: "reset" | "timeout" };

/** RFC 9110 §9.2.2, of the methods that can be forwarded. */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

export const isIdempotent = (method: string): boolean => IDEMPOTENT.has(method);

/** Whether a request may be carried out twice, by its method or by the policy's word. */
export const mayRepeat = (method: string, { methods }: RetryPlan): boolean =>
  isIdempotent(method) || methods.has(method);

/** What a breaker or a rate limit further on says: one more try would only add to its load (Envoy). */
const RESTS = ["x-limen-overloaded", "x-envoy-overloaded", "x-envoy-ratelimited"] as const;

export const asksForRest = (header: (name: string) => string | null): boolean =>
  RESTS.some((name) => header(name) !== null);

export function worthRetrying(result: TryResult, method: string, retry: RetryPlan): boolean {
  const { on } = retry;
  if (result.kind === "connect-failure") return on.connectFailure;
  if (!mayRepeat(method, retry)) return false;
  return result.kind === "answer" ? on.statuses.has(result.status) : on.reset;
}

/**
 * How long to wait before retry number `n`, the first being 1: full jitter below
 * min(max, base · 2^(n−1)), as Envoy draws it.
 *
 * @param random uniform in [0, 1)
 * @returns milliseconds
 */
export function backoffMs(retry: RetryPlan, n: number, random: number): number {
  return Math.floor(random * Math.min(retry.backoffMaxMs, retry.backoffBaseMs * 2 ** (n - 1)));
}

/**
 * Keeps one cluster from getting more than it can bear (Envoy circuit breakers
 * and retry budget). A request enters before its first try, and a retry as soon
 * as it is decided on, so that it counts while it waits, too, and is sure of
 * its place afterwards.
 */
import type { CircuitBreakerPlan } from "../plan/resilience.ts";

/**
 * What is under way to one cluster, in this isolate. Changed in place by the
 * steps below alone. It outlives policies: a request leaves what it entered.
 */
export interface BreakerState {
  firstTries: number;
  /** Waiting for their back-off or in flight; hedges are retries. */
  retries: number;
}

export const newBreakerState = (): BreakerState => ({ firstTries: 0, retries: 0 });

/** @returns `circuit_open`: full, the request must not be sent, here or elsewhere */
export function enterFirstTry(
  state: BreakerState,
  plan: CircuitBreakerPlan,
): "entered" | "circuit_open" {
  if (isFull(state, plan)) return "circuit_open";
  state.firstTries++;
  return "entered";
}

/**
 * A retry is asked for when the try before it has left; a hedge, while that is still in flight.
 *
 * @returns `refused`: the client gets what the try before it brought
 */
export function enterRetry(state: BreakerState, plan: CircuitBreakerPlan): "entered" | "refused" {
  if (isFull(state, plan) || !mayRetry(state, plan)) return "refused";
  state.retries++;
  return "entered";
}

export function leaveFirstTry(state: BreakerState): void {
  state.firstTries--;
}

export function leaveRetry(state: BreakerState): void {
  state.retries--;
}

function isFull(state: BreakerState, plan: CircuitBreakerPlan): boolean {
  return state.firstTries + state.retries >= plan.maxRequests;
}

function mayRetry(state: BreakerState, { retries }: CircuitBreakerPlan): boolean {
  const withThis = state.retries + 1;
  if (retries.kind === "max") return withThis <= retries.max;
  return withThis <= retries.minConcurrency ||
    100 * withThis <= retries.percent * state.firstTries;
}

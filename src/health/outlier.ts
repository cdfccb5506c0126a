/**
 * Passive outlier detection of one endpoint (Envoy outlier detection): requests
 * report how they went, too many failures in a row eject the endpoint for a
 * while that grows with each ejection. Nothing here looks at a clock.
 */
import type { OutlierPlan } from "../plan/plan.ts";

/** How one try went, as far as the endpoint's health goes. */
export type Outcome =
  /** An answer below 500. */
  | "success"
  /** 502, 503 or 504. */
  | "gateway-error"
  /** Any other 5xx. */
  | "server-error"
  /** No answer: connect failure, reset, timeout. Counts as a gateway error (Envoy, not split). */
  | "no-answer";

/** What is known of one endpoint. Changed in place by the steps below, and by the fleet's ejections. */
export interface OutlierState {
  consecutive5xx: number;
  consecutiveGatewayErrors: number;
  /** Milliseconds since the epoch; 0 while the endpoint is in service. */
  ejectedUntilMs: number;
  /** How often it was ejected, less one for each healthy interval since. Sets the next ejection's length. */
  ejections: number;
  /** When it last came back to service. */
  returnedAtMs: number;
}

export const newOutlierState = (): OutlierState => ({
  consecutive5xx: 0,
  consecutiveGatewayErrors: 0,
  ejectedUntilMs: 0,
  ejections: 0,
  returnedAtMs: 0,
});

export function outcomeOf(status: number): Outcome {
  if (status < 500) return "success";
  return status >= 502 && status <= 504 ? "gateway-error" : "server-error";
}

/**
 * Counts one try.
 *
 * @returns whether a threshold was reached, so that the endpoint should be ejected
 */
export function observe(state: OutlierState, outcome: Outcome, plan: OutlierPlan): boolean {
  if (outcome === "success") {
    clearFailures(state);
    return false;
  }
  state.consecutive5xx++;
  if (outcome === "server-error") state.consecutiveGatewayErrors = 0;
  else state.consecutiveGatewayErrors++;

  const reached = (count: number, limit: number): boolean => limit > 0 && count >= limit;
  const fired5xx = reached(state.consecutive5xx, plan.consecutive5xx);
  const firedGateway = reached(state.consecutiveGatewayErrors, plan.consecutiveGatewayErrors);
  // A threshold that fires starts its own count anew, not the other one's.
  if (fired5xx) state.consecutive5xx = 0;
  if (firedGateway) state.consecutiveGatewayErrors = 0;
  return fired5xx || firedGateway;
}

/** Forgets failures in a row, as a success does. */
export function clearFailures(state: OutlierState): void {
  state.consecutive5xx = 0;
  state.consecutiveGatewayErrors = 0;
}

/** Whether one more of `hosts` endpoints may be ejected (Envoy `max_ejection_percent`). */
export const mayEject = (ejected: number, hosts: number, plan: OutlierPlan): boolean =>
  100 * (ejected + 1) <= plan.maxEjectionPercent * hosts;

/** Takes the endpoint out of service: base time × number of ejections, at most the maximum. */
export function eject(state: OutlierState, plan: OutlierPlan, nowMs: number): void {
  // A wall clock may have been set back since.
  const healthyMs = Math.max(0, nowMs - state.returnedAtMs);
  const healthyIntervals = Math.floor(healthyMs / plan.intervalMs);
  state.ejections = Math.max(0, state.ejections - healthyIntervals) + 1;
  const lengthMs = Math.min(plan.baseEjectionMs * state.ejections, plan.maxEjectionMs);
  state.ejectedUntilMs = nowMs + lengthMs;
}

/** Brings the endpoint back once its time is over. @returns whether it came back just now */
export function release(state: OutlierState, nowMs: number): boolean {
  if (state.ejectedUntilMs === 0 || nowMs < state.ejectedUntilMs) return false;
  comeBack(state, nowMs);
  return true;
}

/** Ends an ejection, over or not. What failed before counts no more (Envoy `unejectHost`). */
export function comeBack(state: OutlierState, nowMs: number): void {
  state.ejectedUntilMs = 0;
  state.returnedAtMs = nowMs;
  clearFailures(state);
}

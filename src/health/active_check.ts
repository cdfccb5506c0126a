/**
 * Active health checking of one endpoint (Envoy health checker): what the
 * answers to checks make of it, and when the next check is due. State and
 * steps; who sends the checks is someone else's matter.
 */
import type { HealthCheckPlan } from "../plan/resilience.ts";

/** What checks know of an endpoint. */
export type Verdict =
  /** Not checked yet. */
  | "unknown"
  | "healthy"
  /** Usable, after healthy ones. */
  | "degraded"
  | "unhealthy"
  /** Out by its own word: it is not even counted among its level's endpoints (Envoy). */
  | "excluded";

/** How one check went. */
export type CheckResult =
  | "healthy"
  | "degraded"
  /** An unexpected status, a timeout, a reset. */
  | "failed"
  /** The endpoint itself said that it is out. */
  | "out";

/** A value: each step gives the next one. */
export interface CheckState {
  readonly verdict: Verdict;
  /** Results in a row against the verdict: failures while it is in service, successes while out. */
  readonly streak: number;
}

export const UNCHECKED: CheckState = { verdict: "unknown", streak: 0 };

/** Of a check's answer, or of any other: a name in lower case. */
type Header = (name: string) => string | null;

/** Whether an answer, to a check or to a client's request, takes its endpoint out at once. */
export const saysOut = (header: Header): boolean =>
  header("x-envoy-immediate-health-check-fail") !== null;

/** @param answer `null`: there was none, in time or at all */
export function checkResult(
  answer: { readonly status: number; readonly header: Header } | null,
  expect: ReadonlySet<number>,
): CheckResult {
  if (answer === null) return "failed";
  if (saysOut(answer.header)) return "out";
  if (!expect.has(answer.status)) return "failed";
  return answer.header("x-envoy-degraded") === null ? "healthy" : "degraded";
}

/** The state after one more check. The first result settles the verdict, later ones by thresholds. */
export function checked(
  state: CheckState,
  result: CheckResult,
  { unhealthyThreshold, healthyThreshold }: HealthCheckPlan,
): CheckState {
  if (result === "out") return { verdict: "excluded", streak: 0 };
  if (state.verdict === "unknown") {
    return { verdict: result === "failed" ? "unhealthy" : result, streak: 0 };
  }
  const inService = isInService(state.verdict);
  if (inService === (result !== "failed")) {
    // Between healthy and degraded there is no threshold: it is the endpoint's own word.
    return { verdict: result === "failed" ? state.verdict : result, streak: 0 };
  }
  const streak = state.streak + 1;
  if (streak < (inService ? unhealthyThreshold : healthyThreshold)) return { ...state, streak };
  return { verdict: result === "failed" ? "unhealthy" : result, streak: 0 };
}

/**
 * The state after an answer to a client's request that says the endpoint is out. For endpoints
 * that are checked: nothing else would bring them back.
 */
export const takenOut = (): CheckState => ({ verdict: "excluded", streak: 0 });

const isInService = (verdict: Verdict): boolean => verdict === "healthy" || verdict === "degraded";

/**
 * Whether a check that led to `state` ends an ejection by outlier detection and
 * clears its counters: the check succeeded, and the endpoint is not waiting for
 * further successes.
 */
export const endsEjection = (state: CheckState, result: CheckResult): boolean =>
  (result === "healthy" || result === "degraded") && isInService(state.verdict);

/** Milliseconds until an endpoint's first check. @param random uniform in [0, 1) */
export const firstWaitMs = (plan: HealthCheckPlan, random: number): number =>
  Math.floor(random * plan.initialJitterMs);

/**
 * Milliseconds from the end of one check to the next one.
 *
 * @param hadTraffic whether the cluster ever got a request
 * @param random uniform in [0, 1), drawn twice: both kinds of jitter add up
 */
export function nextWaitMs(
  plan: HealthCheckPlan,
  hadTraffic: boolean,
  random: () => number,
): number {
  const intervalMs = hadTraffic ? plan.intervalMs : plan.noTrafficIntervalMs;
  const jitterMs = Math.floor(random() * plan.jitterMs);
  return intervalMs + jitterMs + Math.floor(random() * intervalMs * plan.jitterPercent / 100);
}

/** What is tried again, how often and after how long; what is tried twice at a time. */
import type { RetryConditions, RetryPlan } from "../plan/plan.ts";
import type { HedgePlan } from "../plan/resilience.ts";
import type { PolicyHedge, PolicyRetry } from "../policy/schema/policy.ts";
import { durationMs, limitMs, sizeBytes } from "../policy/quantity.ts";

/** A route's retry merged, field by field, over `defaults`' and Limen's own. */
export function compileRetry(defaults: PolicyRetry = {}, route: PolicyRetry = {}): RetryPlan {
  const written = { ...defaults, ...route };
  const backoff = { ...defaults.backoff, ...route.backoff };
  const baseMs = durationMs(backoff.base ?? "25ms");
  return {
    attempts: written.attempts ?? 2,
    on: compileConditions(written.on ?? ["connect-failure", "reset", 502, 503, 504]),
    methods: new Set(written.methods ?? []),
    perTryTimeoutMs: limitMs(written.perTryTimeout),
    backoffBaseMs: baseMs,
    backoffMaxMs: backoff.max === undefined ? 10 * baseMs : durationMs(backoff.max),
    maxBodyBytes: sizeBytes(written.maxBody ?? "64KiB"),
  };
}

/** A route's hedge merged over `defaults`'; `false` is the route's word that there is none. */
export function compileHedge(
  defaults: PolicyHedge | undefined,
  route: PolicyHedge | false | undefined,
): HedgePlan | null {
  if (route === false) return null;
  const after = route?.after ?? defaults?.after;
  if (after === undefined) return null;
  return { afterMs: durationMs(after), max: route?.max ?? defaults?.max ?? 1 };
}

type Condition = NonNullable<PolicyRetry["on"]>[number];

/** Envoy `retry_on`: "5xx", "gateway-error" and "reset" take in connect failures. */
function compileConditions(written: readonly Condition[]): RetryConditions {
  const noAnswer = written.some((on) => on === "5xx" || on === "gateway-error" || on === "reset");
  return {
    connectFailure: noAnswer || written.includes("connect-failure"),
    reset: noAnswer,
    statuses: new Set(written.flatMap(statusesOf)),
  };
}

function statusesOf(on: Condition): number[] {
  if (typeof on === "number") return [on];
  if (on === "5xx") return Array.from({ length: 100 }, (_, i) => 500 + i);
  if (on === "gateway-error") return [502, 503, 504];
  return on === "retriable-4xx" ? [409] : [];
}

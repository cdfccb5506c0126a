/** Checks as tests write them. */
import type { HealthCheckPlan } from "../../src/plan/resilience.ts";

/** Without jitter unless a test says so, so that times can be told beforehand. */
export const checkPlan = (spec: Partial<HealthCheckPlan> = {}): HealthCheckPlan => ({
  path: "/healthz",
  headers: [],
  timeoutMs: 2_000,
  intervalMs: 10_000,
  noTrafficIntervalMs: 60_000,
  jitterMs: 0,
  jitterPercent: 0,
  initialJitterMs: 0,
  unhealthyThreshold: 3,
  healthyThreshold: 2,
  expect: new Set([200]),
  ...spec,
});

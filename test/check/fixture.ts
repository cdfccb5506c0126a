/** Checks as tests write them. */
import type { HealthCheckPlan } from "../../src/plan/resilience.ts";
import { plainHealthCheck } from "../support/plans.ts";

/** Without jitter unless a test says so, so that times can be told beforehand. */
export const checkPlan = (spec: Partial<HealthCheckPlan> = {}): HealthCheckPlan => ({
  ...plainHealthCheck,
  ...spec,
});

/** Slow start and locality: how endpoints are weighed and ordered. */
import type { LocalitySetting } from "../plan/locality.ts";
import type { SlowStartPlan } from "../plan/resilience.ts";
import type { PolicyLocality, PolicySlowStart } from "../policy/schema/policy.ts";
import { durationMs } from "../policy/quantity.ts";

/** Envoy's defaults: linear, from a tenth. */
export function compileSlowStart(written: PolicySlowStart): SlowStartPlan {
  const { window, aggression = 1, minWeightPercent = 10 } = typeof written === "string"
    ? { window: written }
    : written;
  return { windowMs: durationMs(window), aggression, minWeightPercent };
}

/**
 * @param detects whether anything finds endpoints unhealthy; otherwise lower levels would stand
 *   idle for ever, and Istio ignores the setting
 */
export function compileLocality(written: PolicyLocality, detects: boolean): LocalitySetting | null {
  const { distribute, failoverPriority, failover = [] } = written;
  if (distribute !== undefined) {
    return {
      kind: "distribute",
      distribute: distribute.map(({ from, to }) => ({ from, to: Object.entries(to) })),
    };
  }
  if (!detects) return null;
  return failoverPriority === undefined
    ? { kind: "failover", failover }
    : { kind: "failoverPriority", failoverPriority, failover };
}

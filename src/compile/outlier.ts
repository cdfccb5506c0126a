/** Outlier detection, with every default filled in. */
import type { OutlierPlan } from "../plan/plan.ts";
import type { PolicyOutlierDetection } from "../policy/schema/policy.ts";
import { durationMs } from "../policy/quantity.ts";

/** Envoy's defaults, but gateway errors count among the 5xx only, and a whole cluster may go. */
export function compileOutlier(written: PolicyOutlierDetection | false = {}): OutlierPlan | null {
  if (written === false) return null;
  const { successRate, failurePercentage } = written;
  const baseEjectionMs = durationMs(written.baseEjectionTime ?? "30s");
  const longest = written.maxEjectionTime;
  return {
    consecutive5xx: written.consecutive5xx ?? 5,
    consecutiveGatewayErrors: written.consecutiveGatewayErrors ?? 0,
    consecutiveLocalOriginErrors: written.consecutiveLocalOriginErrors ?? null,
    successRate: successRate === undefined ? null : {
      minimumHosts: successRate.minimumHosts ?? 5,
      requestVolume: successRate.requestVolume ?? 100,
      stdevFactor: successRate.stdevFactor ?? 1.9,
    },
    failurePercentage: failurePercentage === undefined ? null : {
      threshold: failurePercentage.threshold ?? 85,
      minimumHosts: failurePercentage.minimumHosts ?? 5,
      requestVolume: failurePercentage.requestVolume ?? 50,
    },
    intervalMs: durationMs(written.interval ?? "10s"),
    baseEjectionMs,
    maxEjectionMs: longest === undefined ? Math.max(300_000, baseEjectionMs) : durationMs(longest),
    maxEjectionPercent: written.maxEjectionPercent ?? 100,
  };
}

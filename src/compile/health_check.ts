/** Active health checks, with every default filled in. */
import type { HealthCheckPlan, Secret } from "../plan/resilience.ts";
import type { PolicyHealthCheck } from "../policy/schema/policy.ts";
import { durationMs } from "../policy/quantity.ts";

/** Shorter where checks come more often. */
const DEFAULT_TIMEOUT_MS = 2000;

/** Envoy's, until a cluster gets its first request. */
const NO_TRAFFIC_INTERVAL_MS = 60_000;

/**
 * Envoy checks at once unless told otherwise. Here many instances start in one moment, so their
 * first checks are spread, over less time than anyone would miss.
 */
const INITIAL_JITTER_MS = 1000;

export function compileHealthCheck(written: PolicyHealthCheck): HealthCheckPlan {
  const intervalMs = durationMs(written.interval ?? "10s");
  const { jitter, noTrafficInterval } = written;
  return {
    path: written.path,
    headers: Object.entries(written.headers ?? {})
      .map(([name, value]) => [name.toLowerCase(), compileSecret(value)] as const),
    timeoutMs: written.timeout === undefined
      ? Math.min(DEFAULT_TIMEOUT_MS, intervalMs)
      : durationMs(written.timeout),
    intervalMs,
    noTrafficIntervalMs: noTrafficInterval === undefined
      ? Math.max(intervalMs, Math.min(6 * intervalMs, NO_TRAFFIC_INTERVAL_MS))
      : durationMs(noTrafficInterval),
    jitterMs: jitter === undefined ? 0 : durationMs(jitter),
    jitterPercent: jitter === undefined ? 10 : 0,
    initialJitterMs: Math.min(intervalMs, INITIAL_JITTER_MS),
    unhealthyThreshold: written.unhealthyThreshold ?? 3,
    healthyThreshold: written.healthyThreshold ?? 2,
    expect: new Set(written.expect ?? [200]),
  };
}

const SECRET = "secret:";

const compileSecret = (value: string): string | Secret =>
  value.startsWith(SECRET) ? { secret: value.slice(SECRET.length) } : value;

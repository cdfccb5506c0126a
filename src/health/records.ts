/**
 * What one isolate remembers of clusters and endpoints. Records outlive policies: an endpoint that
 * a new policy still names keeps its history.
 */
import type { Latency } from "../balance/peak_ewma.ts";
import type { ClusterPlan } from "../plan/plan.ts";
import type { Verdict } from "./active_check.ts";
import { type BreakerState, newBreakerState } from "./circuit_breaker.ts";
import { type IntervalCounts, newIntervalCounts } from "./interval_counts.ts";
import { Latencies } from "./latencies.ts";
import { type LocalOriginState, newLocalOriginState } from "./local_origin.ts";
import { newOutlierState, type OutlierState } from "./outlier.ts";

/** How steering sees an endpoint. */
export type EndpointState =
  | "healthy"
  /** Usable, after healthy ones (Envoy). */
  | "degraded"
  | "unhealthy"
  /** Out by its own word: not even counted among its level's endpoints, except in total panic (Envoy). */
  | "excluded"
  /** Its cluster is being emptied: no part of any level, in panic neither. */
  | "draining";

/** The lasting part of a cluster's record. */
export interface ClusterVitals {
  readonly breaker: BreakerState;
  /** Of its answers, by peak EWMA; `null` before the first. */
  latency: Latency | null;
  draining: boolean;
  /** Has had requests since somebody last asked. */
  busy: boolean;
  /** When the running interval of outlier detection began; milliseconds since the epoch. */
  intervalStartMs: number;
}

/** The lasting record of one endpoint of one cluster. */
export interface EndpointRecord {
  /** Names it within its cluster. */
  readonly origin: string;
  readonly vitals: ClusterVitals;
  readonly outlier: OutlierState;
  readonly counts: IntervalCounts;
  readonly localOrigin: LocalOriginState;
  readonly latencies: Latencies;
  /** By active health checks. */
  verdict: Verdict;
  /** Requests sent to it that have no response headers yet. */
  active: number;
  /** When it came or came back into service; `-Infinity`: before this isolate knew it. */
  inServiceSinceMs: number;
}

/** One policy's view of a cluster's records. `epoch` grows whenever who is available changes. */
export interface ClusterRecord {
  readonly vitals: ClusterVitals;
  /** By origin. */
  readonly endpoints: ReadonlyMap<string, EndpointRecord>;
  epoch: number;
}

export const newVitals = (draining: boolean): ClusterVitals => ({
  breaker: newBreakerState(),
  latency: null,
  draining,
  busy: false,
  intervalStartMs: -Infinity,
});

export const newEndpointRecord = (
  origin: string,
  vitals: ClusterVitals,
  inServiceSinceMs: number,
): EndpointRecord => ({
  origin,
  vitals,
  outlier: newOutlierState(),
  counts: newIntervalCounts(),
  localOrigin: newLocalOriginState(),
  latencies: new Latencies(),
  verdict: "unknown",
  active: 0,
  inServiceSinceMs,
});

export const isEjected = (endpoint: EndpointRecord): boolean => endpoint.outlier.ejectedUntilMs > 0;

/**
 * What is known counts only as far as the policy asks for it: an ejection from before a push that
 * turned outlier detection off is void. An endpoint that has not been checked yet is healthy, for
 * an isolate begins with traffic.
 */
export function stateOf(
  { healthCheck, outlier }: Pick<ClusterPlan, "healthCheck" | "outlier">,
  endpoint: EndpointRecord,
): EndpointState {
  if (endpoint.vitals.draining) return "draining";
  const verdict = healthCheck === null ? "unknown" : endpoint.verdict;
  if (verdict === "excluded" || verdict === "unhealthy") return verdict;
  if (outlier !== null && isEjected(endpoint)) return "unhealthy";
  return verdict === "degraded" ? "degraded" : "healthy";
}

/** Clusters and endpoints as an operator wants to see them: what `GET clusters` answers. */
import type { Plan } from "../plan/plan.ts";
import type { HealthRegistry } from "./registry.ts";
import { type EndpointRecord, type EndpointState, isEjected, stateOf } from "./records.ts";

export interface DescribedEndpoint {
  readonly index: number;
  readonly url: string;
  /** An endpoint that took itself out is called unhealthy too. */
  readonly state: Exclude<EndpointState, "excluded">;
  /** ISO 8601; `null` while it is not ejected. */
  readonly ejectedUntil: string | null;
  /** Requests of this isolate that wait for its answer. */
  readonly active: number;
  /** `null` before this isolate has had an answer from it. */
  readonly latencyMs: { readonly p50: number | null; readonly p99: number | null };
}

export interface DescribedCluster {
  readonly name: string;
  readonly location: string;
  /** `null` where the policy says nothing. */
  readonly region: string | null;
  readonly draining: boolean;
  readonly endpoints: readonly DescribedEndpoint[];
}

/** In the policy's order. What it says of load and latency is this isolate's own. */
export function describeClusters(plan: Plan, registry: HealthRegistry): DescribedCluster[] {
  return plan.clusters.map((cluster) => {
    const record = registry.cluster(cluster.name);
    return {
      name: cluster.name,
      location: cluster.location,
      region: cluster.region === "" ? null : cluster.region,
      draining: registry.isDrained(cluster.name),
      endpoints: cluster.endpoints.map(({ index, origin }) => {
        const endpoint = record?.endpoints.get(origin);
        const state = endpoint === undefined ? "healthy" : stateOf(cluster, endpoint);
        return {
          index,
          url: origin,
          state: state === "excluded" ? "unhealthy" : state,
          ejectedUntil: cluster.outlier === null ? null : ejectedUntil(endpoint),
          active: endpoint?.active ?? 0,
          latencyMs: {
            p50: endpoint?.latencies.quantile(0.5) ?? null,
            p99: endpoint?.latencies.quantile(0.99) ?? null,
          },
        };
      }),
    };
  });
}

const ejectedUntil = (endpoint: EndpointRecord | undefined): string | null =>
  endpoint !== undefined && isEjected(endpoint)
    ? new Date(endpoint.outlier.ejectedUntilMs).toISOString()
    : null;

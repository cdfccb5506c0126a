/** Clusters and endpoints as an operator wants to see them: what `GET clusters` answers. */
import type { ClusterPlan, Plan } from "../plan/plan.ts";
import type { HealthRegistry } from "./registry.ts";
import { type EndpointRecord, type EndpointState, isEjected, stateOf } from "./records.ts";

/** Why an endpoint is called unhealthy, and until when if it is known. */
export interface Trouble {
  /**
   * `ejected`: by outlier detection. `check`: its health checks fail. `excluded`: by its own word
   * (`x-envoy-immediate-health-check-fail`). `null`: it is not unhealthy.
   */
  readonly reason: "ejected" | "check" | "excluded" | null;
  /** ISO 8601; `null` while it is not ejected. */
  readonly ejectedUntil: string | null;
}

export interface DescribedEndpoint extends Trouble {
  readonly index: number;
  readonly url: string;
  /** An endpoint that took itself out is called unhealthy too. */
  readonly state: Exclude<EndpointState, "excluded">;
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
          ...(endpoint === undefined ? NO_TROUBLE : troubleOf(cluster, endpoint)),
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

const NO_TROUBLE: Trouble = { reason: null, ejectedUntil: null };

/** An endpoint that is ejected may be called unhealthy for another reason, which outlives that one. */
export function troubleOf(
  cluster: Pick<ClusterPlan, "healthCheck" | "outlier">,
  endpoint: EndpointRecord,
): Trouble {
  const ejected = cluster.outlier !== null && isEjected(endpoint);
  const state = stateOf(cluster, endpoint);
  const isChecked = cluster.healthCheck !== null && endpoint.verdict === "unhealthy";
  const why = isChecked ? "check" : "ejected";
  return {
    reason: state === "excluded" ? state : state === "unhealthy" ? why : null,
    ejectedUntil: ejected ? new Date(endpoint.outlier.ejectedUntilMs).toISOString() : null,
  };
}

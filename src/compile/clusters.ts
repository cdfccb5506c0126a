/** Clusters and their endpoints, with every default filled in. */
import type { ClusterPlan, EndpointPlan, OutlierPlan } from "../plan/plan.ts";
import type {
  PolicyCluster,
  PolicyEndpoint,
  PolicyOutlierDetection,
} from "../policy/schema/policy.ts";
import { durationMs, limitMs } from "../policy/quantity.ts";

/** In the policy's order. */
export function compileClusters(clusters: Readonly<Record<string, PolicyCluster>>): ClusterPlan[] {
  return Object.entries(clusters).map(([name, cluster], index) => ({
    index,
    name,
    location: cluster.location,
    endpoints: cluster.endpoints.map(compileEndpoint),
    host: compileHost(cluster.host ?? "upstream"),
    algorithm: cluster.loadBalancing?.algorithm ?? "round-robin",
    overprovisioning: cluster.loadBalancing?.overprovisioning ?? 140,
    panicThreshold: cluster.loadBalancing?.panicThreshold ?? 50,
    outlier: cluster.outlierDetection === false
      ? null
      : compileOutlier(cluster.outlierDetection ?? {}),
    timeoutMs: limitMs(cluster.timeout),
    binding: cluster.via?.binding ?? null,
  }));
}

function compileEndpoint(written: PolicyEndpoint, index: number): EndpointPlan {
  const endpoint = typeof written === "string" ? { url: written } : written;
  return {
    index,
    origin: new URL(endpoint.url).origin,
    weight: endpoint.weight ?? 1,
    priority: endpoint.priority ?? 0,
  };
}

const compileHost = (written: string): ClusterPlan["host"] =>
  written === "upstream" || written === "preserve" ? written : { name: written };

/** Envoy's defaults, but gateway errors count among the 5xx only, and a whole cluster may go. */
function compileOutlier(written: PolicyOutlierDetection): OutlierPlan {
  const baseEjectionMs = durationMs(written.baseEjectionTime ?? "30s");
  const longest = written.maxEjectionTime;
  return {
    consecutive5xx: written.consecutive5xx ?? 5,
    consecutiveGatewayErrors: written.consecutiveGatewayErrors ?? 0,
    intervalMs: durationMs(written.interval ?? "10s"),
    baseEjectionMs,
    maxEjectionMs: longest === undefined ? Math.max(300_000, baseEjectionMs) : durationMs(longest),
    maxEjectionPercent: written.maxEjectionPercent ?? 100,
  };
}

/** Clusters and their endpoints, with every default filled in. */
import type { ClusterPlan, EndpointPlan } from "../plan/plan.ts";
import type { CircuitBreakerPlan } from "../plan/resilience.ts";
import type {
  PolicyCircuitBreaker,
  PolicyCluster,
  PolicyEndpoint,
} from "../policy/schema/policy.ts";
import { limitMs } from "../policy/quantity.ts";
import { compileLocality, compileSlowStart } from "./balancing.ts";
import { compileHealthCheck } from "./health_check.ts";
import { compileOutlier } from "./outlier.ts";

/** In the policy's order. */
export function compileClusters(clusters: Readonly<Record<string, PolicyCluster>>): ClusterPlan[] {
  return Object.entries(clusters).map(([name, cluster], index) =>
    compileCluster(name, cluster, index)
  );
}

function compileCluster(name: string, written: PolicyCluster, index: number): ClusterPlan {
  const { coordinates, loadBalancing = {}, healthCheck, circuitBreaker } = written;
  const { slowStart, locality } = loadBalancing;
  const outlier = compileOutlier(written.outlierDetection);
  const detects = outlier !== null || healthCheck !== undefined;
  return {
    index,
    name,
    location: written.location,
    region: written.region ?? "",
    coordinates: coordinates === undefined
      ? null
      : { latitude: coordinates[0], longitude: coordinates[1] },
    endpoints: written.endpoints.map((endpoint, at) => compileEndpoint(endpoint, at, written)),
    host: compileHost(written.host ?? "upstream"),
    algorithm: loadBalancing.algorithm ?? "round-robin",
    slowStart: slowStart === undefined ? null : compileSlowStart(slowStart),
    locality: locality === undefined ? null : compileLocality(locality, detects),
    overprovisioning: loadBalancing.overprovisioning ?? 140,
    panicThreshold: loadBalancing.panicThreshold ?? 50,
    outlier,
    healthCheck: healthCheck === undefined ? null : compileHealthCheck(healthCheck),
    breaker: circuitBreaker === undefined ? null : compileBreaker(circuitBreaker),
    capacity: written.capacity?.requestsPerSecond ?? null,
    timeoutMs: limitMs(written.timeout),
    binding: written.via?.binding ?? null,
  };
}

function compileEndpoint(
  written: PolicyEndpoint,
  index: number,
  cluster: PolicyCluster,
): EndpointPlan {
  const endpoint = typeof written === "string" ? { url: written } : written;
  return {
    index,
    origin: new URL(endpoint.url).origin,
    weight: endpoint.weight ?? 1,
    priority: endpoint.priority ?? 0,
    locality: {
      region: endpoint.region ?? cluster.region ?? "",
      zone: endpoint.zone ?? cluster.zone ?? "",
      subzone: endpoint.subzone ?? "",
    },
    labels: endpoint.labels ?? {},
  };
}

const compileHost = (written: string): ClusterPlan["host"] =>
  written === "upstream" || written === "preserve" ? written : { name: written };

function compileBreaker(written: PolicyCircuitBreaker): CircuitBreakerPlan {
  const { maxRequests = 1024, maxRetries = 3, retryBudget } = written;
  return {
    maxRequests,
    retries: retryBudget === undefined ? { kind: "max", max: maxRetries } : {
      kind: "budget",
      percent: retryBudget.percent ?? 20,
      minConcurrency: retryBudget.minConcurrency ?? 3,
    },
  };
}

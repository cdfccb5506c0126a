/** A policy with everything that a cluster and a route can say of resilience. */
import type {
  Policy,
  PolicyCluster,
  PolicyEndpoint,
  PolicyRoute,
} from "../../src/policy/schema/policy.ts";

/** `LIMEN_LOCALITY` of the gateway that this policy is for. */
export const RESILIENT_LOCALITY = "eu/a";

/** Endpoints that `resilientPolicy` wants: three near, one in another zone, one to stand by. */
export const RESILIENT_ORIGINS = 5;

/**
 * @param origins endpoints of each cluster, `RESILIENT_ORIGINS` of them
 * @param routes of those that `resilience` and the like begin
 */
export function resilientPolicy(
  origins: readonly string[],
  routes: readonly PolicyRoute[],
): Policy {
  const cluster = resilientCluster(origins);
  return {
    clusters: { aws: cluster, dc: cluster, pop: cluster, shadow: cluster },
    routes: [...routes],
  };
}

/**
 * Nothing that the load of a benchmark sets off: what is measured is the price of being ready.
 */
function resilientCluster(origins: readonly string[]): PolicyCluster {
  const endpoints = origins.map((url, i): PolicyEndpoint => ({
    url,
    weight: i === 0 ? 2 : 1,
    zone: i === 3 ? "b" : "a",
    priority: i === 4 ? 1 : 0,
  }));
  return {
    location: "public",
    region: "eu",
    coordinates: [50.1, 8.7],
    endpoints,
    loadBalancing: {
      algorithm: "least-request",
      slowStart: "30s",
      locality: { failover: [{ from: "eu", to: "us" }] },
    },
    healthCheck: { path: "/healthz", interval: "10m" },
    outlierDetection: {
      consecutiveGatewayErrors: 5,
      consecutiveLocalOriginErrors: 5,
      successRate: { minimumHosts: 3 },
      failurePercentage: { minimumHosts: 3 },
    },
    circuitBreaker: { maxRequests: 10_000, retryBudget: { percent: 20 } },
    capacity: { requestsPerSecond: 10_000_000 },
    timeout: "12s",
  };
}

/** Percent. Drawn for each request, and not once in a benchmark: a copy is a request more. */
const HARDLY_EVER = 1e-6;

/** What a route says of resilience, its name and members aside. */
export const resilience = {
  failover: ["pop"],
  retry: { attempts: 2, on: ["5xx", "reset", "connect-failure"], perTryTimeout: "11s" },
  hedge: { after: "10s" },
  mirror: { cluster: "shadow", percent: HARDLY_EVER },
  fault: {
    delay: { percent: HARDLY_EVER, for: "1s" },
    abort: { percent: HARDLY_EVER, status: 503 },
  },
} satisfies Partial<PolicyRoute>;

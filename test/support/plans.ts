/** Small plans for tests: say what matters, get defaults for the rest. */
import { HealthRegistry } from "../../src/health/registry.ts";
import type { EndpointState } from "../../src/health/records.ts";
import { type StateOf, Upstreams, type UpstreamsOptions } from "../../src/health/upstreams.ts";
import { NOWHERE } from "../../src/locality/locality.ts";
import type {
  ClusterPlan,
  EndpointPlan,
  ForwardPlan,
  MemberPlan,
  OutlierPlan,
  Plan,
  RoutePlan,
} from "../../src/plan/plan.ts";
import type { HealthCheckPlan } from "../../src/plan/resilience.ts";
import { memberSeed } from "../../src/steer/choose.ts";
import { seededRandom } from "./random.ts";

/** What a policy gets that says nothing of outlier detection. */
export const defaultOutlier: OutlierPlan = {
  consecutive5xx: 5,
  consecutiveGatewayErrors: 0,
  consecutiveLocalOriginErrors: null,
  successRate: null,
  failurePercentage: null,
  intervalMs: 10_000,
  baseEjectionMs: 30_000,
  maxEjectionMs: 300_000,
  maxEjectionPercent: 100,
};

/** A health check that says nothing but its path, without any jitter. */
export const plainHealthCheck: HealthCheckPlan = {
  path: "/healthz",
  headers: [],
  timeoutMs: 2_000,
  intervalMs: 10_000,
  noTrafficIntervalMs: 60_000,
  jitterMs: 0,
  jitterPercent: 0,
  initialJitterMs: 0,
  unhealthyThreshold: 3,
  healthyThreshold: 2,
  expect: new Set([200]),
};

/** A cluster as a test writes it; its endpoints are as many as a number says, or as listed. */
export interface ClusterSpec extends Partial<Omit<ClusterPlan, "index" | "name" | "endpoints">> {
  readonly endpoints?: number | readonly Partial<EndpointPlan>[];
}

/** @param name stands in the origins: `http://NAME-0.test`, `http://NAME-1.test`, … */
export function clusterPlan(name: string, spec: ClusterSpec = {}, index = 0): ClusterPlan {
  const { endpoints = 1, ...rest } = spec;
  const listed = typeof endpoints === "number" ? new Array(endpoints).fill({}) : endpoints;
  return {
    index,
    name,
    location: "public",
    region: "",
    coordinates: null,
    host: "upstream",
    algorithm: "round-robin",
    slowStart: null,
    locality: null,
    overprovisioning: 140,
    panicThreshold: 50,
    outlier: defaultOutlier,
    healthCheck: null,
    breaker: null,
    capacity: null,
    timeoutMs: null,
    binding: null,
    ...rest,
    endpoints: listed.map((endpoint: Partial<EndpointPlan>, i: number): EndpointPlan => ({
      index: i,
      origin: `http://${name}-${i}.test`,
      weight: 1,
      priority: 0,
      locality: NOWHERE,
      labels: {},
      ...endpoint,
    })),
  };
}

/** Clusters in the order given; a number stands for that many endpoints. */
export function clusterPlans(specs: Readonly<Record<string, number | ClusterSpec>>): ClusterPlan[] {
  return Object.entries(specs).map(([name, spec], index) =>
    clusterPlan(name, typeof spec === "number" ? { endpoints: spec } : spec, index)
  );
}

export function planOf(
  clusters: readonly ClusterPlan[],
  routes: readonly RoutePlan[] = [],
): Plan {
  return {
    revision: "000000000000",
    clusters,
    routes,
    table: {
      exactHosts: new Map(),
      wildcardHosts: { parent: null, children: null, paths: null },
      anyHost: null,
    },
    trust: {
      isProxy: () => false,
      clientHeaders: {
        country: "cf-ipcountry",
        latitude: "cf-iplatitude",
        longitude: "cf-iplongitude",
      },
    },
  };
}

/** A route's action as a test writes it: `failover` by name. */
export interface ForwardSpec extends Partial<Omit<ForwardPlan, "kind" | "members" | "failover">> {
  readonly failover?: readonly string[] | null;
}

/** @param split weight by cluster name */
export function forwardPlan(
  clusters: readonly ClusterPlan[],
  split: Readonly<Record<string, number>>,
  { failover = null, ...rest }: ForwardSpec = {},
): ForwardPlan {
  const indexOf = (name: string): number => {
    const index = clusters.findIndex((cluster) => cluster.name === name);
    if (index < 0) throw new Error(`No cluster "${name}" in this test`);
    return index;
  };
  return {
    kind: "forward",
    select: "weight",
    members: Object.entries(split).map(([name, weight]): MemberPlan => ({
      cluster: indexOf(name),
      weight,
      seed: memberSeed(name),
      requestHeaders: null,
      responseHeaders: null,
    })),
    failover: failover?.map(indexOf) ?? null,
    sticky: null,
    timeoutMs: null,
    idleTimeoutMs: null,
    hedge: null,
    mirrors: [],
    fault: null,
    retry: {
      attempts: 2,
      methods: new Set(),
      on: { connectFailure: true, reset: true, statuses: new Set([502, 503, 504]) },
      perTryTimeoutMs: null,
      backoffBaseMs: 25,
      backoffMaxMs: 250,
      maxBodyBytes: 65_536,
    },
    rewriteHost: null,
    rewritePath: null,
    requestHeaders: null,
    ...rest,
  };
}

/** Whoever asks is nowhere in particular. */
export const upstreamsOf = (
  clusters: readonly ClusterPlan[],
  registry = new HealthRegistry(),
  options: Partial<UpstreamsOptions> = {},
): Upstreams =>
  new Upstreams({
    plan: planOf(clusters),
    registry,
    caller: { locality: NOWHERE, labels: {} },
    random: seededRandom(1),
    now: () => 0,
    ...options,
  });

const STATES: Readonly<Record<string, EndpointState>> = {
  ".": "healthy",
  "~": "degraded",
  "x": "unhealthy",
  "-": "excluded",
  "|": "draining",
};

/**
 * Health as a test writes it: for each endpoint of a cluster, in order, `.` healthy, `~` degraded,
 * `x` unhealthy, `-` excluded, `|` draining. A cluster that is not named is healthy.
 */
export const statesOf =
  (written: Readonly<Record<string, string>>): StateOf => (cluster, { index }) =>
    STATES[written[cluster.name]?.[index] ?? "."]!;

/** Clusters with a health of their own, to be ejected from at will. */
export interface World {
  readonly clusters: readonly ClusterPlan[];
  readonly registry: HealthRegistry;
  readonly upstreams: Upstreams;
  /**
   * Ejects endpoints named as `cluster/index`, or every one of `cluster`, at time `nowMs`,
   * by failures reported as traffic would.
   */
  eject(nowMs: number, ...names: readonly string[]): void;
}

export function worldOf(
  specs: Readonly<Record<string, number | ClusterSpec>>,
  random = seededRandom(1),
): World {
  const clusters = clusterPlans(specs);
  const registry = new HealthRegistry();
  const upstreams = upstreamsOf(clusters, registry, { random });
  const eject = (nowMs: number, ...names: readonly string[]): void => {
    for (const name of names) {
      const [clusterName, at] = name.split("/");
      const cluster = clusters.find((cluster) => cluster.name === clusterName)!;
      for (const endpoint of upstreams.cluster(cluster.index).endpoints) {
        if (at !== undefined && endpoint.plan.index !== Number(at)) continue;
        for (let i = 0; i < cluster.outlier!.consecutive5xx; i++) {
          registry.report(cluster, endpoint.record, "no-answer", nowMs);
        }
      }
    }
  };
  return { clusters, registry, upstreams, eject };
}

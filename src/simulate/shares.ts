/**
 * One route's traffic in exact fractions, down to endpoints. Nothing is computed here that routing
 * does not compute: members, levels and picks come from what it draws from; this multiplies them.
 */
import type { Endpoint, Pool, Upstreams } from "../health/upstreams.ts";
import type { ForwardPlan } from "../plan/plan.ts";
import { memberParts, type MemberShare } from "../steer/shares.ts";

export interface EndpointShare {
  readonly cluster: string;
  /** Position in the cluster's list. */
  readonly index: number;
  /** The origin: scheme, host and port. */
  readonly url: string;
  /**
   * The level that the endpoint is in after locality, 0 first; of one that is in none (its weight is
   * 0, or `distribute` passes it over) the priority that the policy gives it.
   */
  readonly priority: number;
  /** `null` where the policy says nothing. */
  readonly region: string | null;
  readonly zone: string | null;
  readonly state: "healthy" | "degraded" | "unhealthy" | "draining";
  /** Of the route's traffic, 0 to 1. */
  readonly share: number;
}

export interface RouteShares {
  readonly route: string;
  /** Share of every cluster that the route names as a member or for failover, 0 included. */
  readonly clusters: Readonly<Record<string, number>>;
  /** Every endpoint of these clusters. */
  readonly endpoints: readonly EndpointShare[];
  /** Clusters with at least one level that ignores health. */
  readonly panic: readonly string[];
  /** Share that nothing can serve. Together with those of the endpoints it makes 1. */
  readonly unserved: number;
}

/** The part of its picks that each endpoint of a pool has. */
export type PoolShares = (pool: Pool) => readonly number[];

/** Asks each picker once: a ring's shares take a walk around it, and routes share their clusters. */
export function poolShares(): PoolShares {
  const known = new Map<Pool, readonly number[]>();
  return (pool) => {
    const shares = known.get(pool) ?? pool.picker.shares();
    known.set(pool, shares);
    return shares;
  };
}

/** What first tries get under even load: who has more requests in flight than others is not known. */
export function sharesOf(
  name: string,
  route: ForwardPlan,
  shares: readonly MemberShare[],
  upstreams: Upstreams,
  ofPool: PoolShares = poolShares(),
): RouteShares {
  const byEndpoint = new Map<Endpoint, number>();
  const panic = new Set<number>();
  const parts = memberParts(shares);
  let served = 0;
  shares.forEach(({ slices, panicking }, at) => {
    const part = parts[at]!;
    if (part === 0) return;
    for (const cluster of panicking) panic.add(cluster);
    for (const { cluster, level, pool: kind, percent } of slices) {
      const pool = upstreams.cluster(cluster).levels[level]![kind];
      const ofSlice = part * (percent / 100);
      if (pool.endpoints.length > 0) served += ofSlice;
      ofPool(pool).forEach((share, i) => {
        const endpoint = pool.endpoints[i]!;
        byEndpoint.set(endpoint, (byEndpoint.get(endpoint) ?? 0) + ofSlice * share);
      });
    }
  });
  const clusters = clustersOf(route).map((index) => upstreams.cluster(index));
  const shareOf = (endpoint: Endpoint): number => byEndpoint.get(endpoint) ?? 0;
  return {
    route: name,
    clusters: Object.fromEntries(
      clusters.map((
        { plan, endpoints },
      ) => [plan.name, tidy(endpoints.reduce((sum, one) => sum + shareOf(one), 0))]),
    ),
    endpoints: clusters.flatMap(({ plan, endpoints, levelOf }) =>
      endpoints.map((endpoint, i): EndpointShare => ({
        cluster: plan.name,
        index: endpoint.plan.index,
        url: endpoint.plan.origin,
        priority: levelOf[i] ?? endpoint.plan.priority,
        region: endpoint.plan.locality.region || null,
        zone: endpoint.plan.locality.zone || null,
        state: endpoint.state === "excluded" ? "unhealthy" : endpoint.state,
        share: tidy(shareOf(endpoint)),
      }))
    ),
    panic: clusters.filter(({ plan }) => panic.has(plan.index)).map(({ plan }) => plan.name),
    unserved: tidy(1 - served),
  };
}

/** Each once: members as the policy lists them, then where their shares go. */
const clustersOf = ({ members, failover }: ForwardPlan): readonly number[] => [
  ...new Set([...members.map(({ cluster }) => cluster), ...(failover ?? [])]),
];

/** Without the crumbs of binary fractions: to twelve decimals. */
const tidy = (share: number): number => Math.round(share * 1e12) / 1e12 + 0;

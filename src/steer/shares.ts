/**
 * A route's traffic, shared out exactly: which part of it belongs to which
 * cluster, level and kind of endpoint under the present health. Routing draws
 * from these shares; what-if tools read them. There is no second computation.
 */
import type { Availability, Cluster } from "../health/upstreams.ts";
import type { ForwardPlan } from "../plan/plan.ts";
import { type LevelHealth, priorityLoads } from "./priority.ts";

/** A part of one member's traffic. */
export interface Slice {
  readonly cluster: number;
  /** Index in the cluster's levels. */
  readonly level: number;
  readonly pool: Availability;
  /** Percent of the member's traffic, above 0. */
  readonly percent: number;
}

/** What becomes of one member's traffic. */
export interface MemberShare {
  /** Relative to the other members; 0 takes nothing. */
  readonly weight: number;
  /** Their percents add up to 100; empty if nothing can serve this member's share. */
  readonly slices: readonly Slice[];
  /** Clusters that may take a request of this member, in the order in which retries go through them. */
  readonly chain: readonly number[];
  /** Clusters of which at least one level ignores health. */
  readonly panicking: readonly number[];
}

/** Indices of a route's members, the preferred first: by distance, by latency. */
export type Order = readonly number[];

/** The part of a `fastest` route's requests that go to the others, so that their latency is known. */
export const EXPLORED = 0.02;

type ClusterAt = (index: number) => Cluster;

/**
 * Shares of all members, in the plan's order.
 *
 * With failover clusters, each member's share is spread over the levels of
 * [member, ...failover] laid end to end (Envoy aggregate cluster). Without, the
 * members' weights are scaled by what each can carry (Envoy locality weights);
 * with every member down they hold as they are.
 *
 * @param order of a route that goes by distance or latency; `null` for one that goes by weight
 */
export function shareOut(
  route: ForwardPlan,
  cluster: ClusterAt,
  order: Order | null = null,
): readonly MemberShare[] {
  if (order !== null) return byOrder(route, cluster, order);
  const { members, failover } = route;
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  const chains = members.map((_, at) => [...ownChain(route, at), ...(failover ?? [])]);
  if (failover !== null) {
    // A split of nothing but zeros is legal only here: all of it belongs to the failover clusters.
    return members.map(({ weight }, at) => ({
      weight: total > 0 ? weight : at === 0 ? 1 : 0,
      chain: chains[at]!,
      ...spread(total > 0 ? [members[at]!.cluster, ...failover] : failover, cluster),
    }));
  }
  const weights = scaled(members, cluster);
  return members.map((member, at) => ({
    weight: weights[at]!,
    chain: chains[at]!,
    ...spread([member.cluster], cluster),
  }));
}

/** The part of the requests that each member is drawn for; together 1, or 0 if none can be drawn. */
export function memberParts(shares: readonly MemberShare[]): readonly number[] {
  if (shares.length === 1) return [1];
  const total = shares.reduce((sum, { weight }) => sum + weight, 0);
  return shares.map(({ weight }) => total === 0 ? 0 : weight / total);
}

/** The part of the requests that each cluster gets, by its index; who is not there gets none. */
export function clusterShares(shares: readonly MemberShare[]): ReadonlyMap<number, number> {
  const parts = memberParts(shares);
  const byCluster = new Map<number, number>();
  shares.forEach(({ slices }, at) => {
    for (const { cluster, percent } of slices) {
      byCluster.set(cluster, (byCluster.get(cluster) ?? 0) + parts[at]! * (percent / 100));
    }
  });
  return byCluster;
}

/** The share of a single cluster without failover. */
export const aloneIn = (index: number, cluster: ClusterAt): MemberShare => ({
  weight: 1,
  chain: [index],
  ...spread([index], cluster),
});

/** A member's clusters before any failover. One of weight 0 is none of them: it gets nothing. */
function ownChain({ members, failover }: ForwardPlan, at: number): number[] {
  const inTurn = failover === null
    ? [...members.slice(at), ...members.slice(0, at)]
    : [members[at]!];
  return inTurn.filter(({ weight }) => weight > 0).map(({ cluster }) => cluster);
}

function scaled(
  members: readonly { readonly cluster: number; readonly weight: number }[],
  cluster: ClusterAt,
): number[] {
  const times = (factor: (cluster: Cluster) => number): number[] =>
    members.map((member) => member.weight * factor(cluster(member.cluster)));
  const isAny = (weights: readonly number[]): boolean => weights.some((weight) => weight > 0);
  const able = times(capability);
  if (isAny(able)) return able;
  // None is up: those that have not been taken out on purpose hold as they are.
  const there = times((cluster) => hasEndpoints(cluster) ? 1 : 0);
  return isAny(there) ? there : times(() => 1);
}

/**
 * Of members in order the first that has anyone available takes everything; what it can't carry
 * goes on in order, or to the failover clusters.
 */
function byOrder(route: ForwardPlan, cluster: ClusterAt, order: Order): MemberShare[] {
  const { members, failover, select } = route;
  const clusterOf = (at: number): Cluster => cluster(members[at]!.cluster);
  const up = order.filter((at) => capability(clusterOf(at)) > 0);
  const first = up[0] ?? order.find((at) => hasEndpoints(clusterOf(at))) ?? order[0]!;
  const explored = select === "fastest" && up.length > 1 ? EXPLORED / (up.length - 1) : 0;
  return members.map((member, at) => {
    const others = failover ?? [...up, ...order.filter((one) => !up.includes(one))]
      .filter((one) => one !== at).map((one) => members[one]!.cluster);
    const chain = [member.cluster, ...others];
    const weight = at === first ? 1 - explored * (up.length - 1) : up.includes(at) ? explored : 0;
    return { weight: Math.max(weight, 0), chain, ...spread(chain, cluster) };
  });
}

/** The part of its share that a cluster can carry, 0 to 1: min(1, overprovisioning × available). */
function capability({ plan, levels }: Cluster): number {
  let hosts = 0;
  let available = 0;
  for (const level of levels) {
    hosts += level.all.endpoints.length - level.excluded;
    available += level.healthy.endpoints.length + level.degraded.endpoints.length;
  }
  return hosts === 0 ? 0 : Math.min(1, (plan.overprovisioning * available) / (100 * hosts));
}

const hasEndpoints = ({ levels }: Cluster): boolean =>
  levels.some(({ all }) => all.endpoints.length > 0);

/** Spreads one member's traffic over a chain of clusters, each standing for its levels. */
function spread(
  chain: readonly number[],
  cluster: ClusterAt,
): Pick<MemberShare, "slices" | "panicking"> {
  if (chain.length === 0) return { slices: [], panicking: [] };
  const places = [...new Set(chain)].flatMap((index) =>
    cluster(index).levels.map((level, at) => ({
      cluster: index,
      level: at,
      health: levelHealth(cluster(index), level),
    }))
  );
  const panicThreshold = cluster(chain[0]!).plan.panicThreshold;
  const loads = priorityLoads(places.map(({ health }) => health), panicThreshold);
  const slices = (of: "healthy" | "degraded"): Slice[] =>
    places.map(({ cluster, level }, i) => ({
      cluster,
      level,
      pool: loads[i]!.panic ? "all" as const : of,
      percent: loads[i]![of],
    }));
  // A level that is empty, such as a drained one, has nobody to ignore the health of.
  const panicking = places.filter(({ health }, i) => loads[i]!.panic && health.hosts > 0)
    .map(({ cluster }) => cluster);
  return {
    slices: [...slices("healthy"), ...slices("degraded")].filter(({ percent }) => percent > 0),
    panicking: [...new Set(panicking)],
  };
}

const levelHealth = ({ plan }: Cluster, level: Cluster["levels"][number]): LevelHealth => ({
  hosts: level.all.endpoints.length,
  excluded: level.excluded,
  healthy: level.healthy.endpoints.length,
  degraded: level.degraded.endpoints.length,
  overprovisioning: plan.overprovisioning,
});

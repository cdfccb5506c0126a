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

/** What becomes of one split member's traffic. */
export interface MemberShare {
  /** Relative to the other members; 0 takes nothing. */
  readonly weight: number;
  /** Their percents add up to 100; empty if nothing can serve this member's share. */
  readonly slices: readonly Slice[];
}

/**
 * Shares of all members, in the plan's order.
 *
 * With failover clusters, each member's share is spread over the levels of
 * [member, ...failover] laid end to end (Envoy aggregate cluster). Without, the
 * members' weights are scaled by what each can carry (Envoy locality weights);
 * with every member down they hold as they are.
 */
export function shareOut(
  route: ForwardPlan,
  cluster: (index: number) => Cluster,
): readonly MemberShare[] {
  const { members, failover } = route;
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  if (failover !== null) {
    // A split of nothing but zeros is legal only here: all of it belongs to the failover clusters.
    if (total === 0) {
      const slices = spread(failover, cluster);
      return members.map((_, i) => ({ weight: i === 0 ? 1 : 0, slices }));
    }
    return members.map((member) => ({
      weight: member.weight,
      slices: spread([member.cluster, ...failover], cluster),
    }));
  }
  const scaled = members.map(({ cluster: index, weight }) => weight * capability(cluster(index)));
  const noneUp = scaled.every((weight) => weight === 0);
  return members.map((member, i) => ({
    weight: noneUp ? member.weight : scaled[i]!,
    slices: spread([member.cluster], cluster),
  }));
}

/** The part of its share that a cluster can carry, 0 to 1: min(1, overprovisioning × available). */
function capability({ plan, levels }: Cluster): number {
  let hosts = 0;
  let available = 0;
  for (const level of levels) {
    hosts += level.all.endpoints.length;
    available += level.healthy.endpoints.length + level.degraded.endpoints.length;
  }
  return hosts === 0 ? 0 : Math.min(1, (plan.overprovisioning * available) / (100 * hosts));
}

/** Spreads one member's traffic over a chain of clusters, each standing for its levels. */
function spread(
  chain: readonly number[],
  cluster: (index: number) => Cluster,
): readonly Slice[] {
  if (chain.length === 0) return [];
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
  return [...slices("healthy"), ...slices("degraded")].filter(({ percent }) => percent > 0);
}

const levelHealth = ({ plan }: Cluster, level: Cluster["levels"][number]): LevelHealth => ({
  hosts: level.all.endpoints.length,
  healthy: level.healthy.endpoints.length,
  degraded: level.degraded.endpoints.length,
  overprovisioning: plan.overprovisioning,
});

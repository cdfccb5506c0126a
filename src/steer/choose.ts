/**
 * Who takes a request: a member of the split, a level of its chain, an endpoint
 * in it. By a key (stickiness) or by chance, from the same shares.
 */
import type { Random } from "../balance/round_robin.ts";
import { drawByWeight } from "../balance/weighted_random.ts";
import type { Cluster, Endpoint, Pool, Upstreams } from "../health/upstreams.ts";
import type { ForwardPlan, MemberPlan } from "../plan/plan.ts";
import { mix, murmur3 } from "../balance/hash.ts";
import { rendezvous } from "../balance/rendezvous.ts";
import type { MemberShare } from "./shares.ts";

export interface Choice {
  /** The split member whose header policy applies. */
  readonly member: MemberPlan;
  readonly cluster: Cluster;
  readonly endpoint: Endpoint;
}

/** How choices are drawn for one request. */
export interface Draw {
  /** 32-bit hash of the caller's sticky key; `null`: by chance. */
  readonly key: number | null;
  readonly random: Random;
}

/** Separates the draw of a level from the draws of member and endpoint. */
const LEVEL_SALT = murmur3("limen level");

/** The hash by which a cluster takes part in a route's sticky draw. Depends on its name alone. */
export const memberSeed = (clusterName: string): number => murmur3(clusterName);

/** @returns `null` if nothing can serve the drawn share */
export function choose(
  route: ForwardPlan,
  shares: readonly MemberShare[],
  upstreams: Upstreams,
  draw: Draw,
): Choice | null {
  const at = drawMember(route, shares, draw);
  if (at < 0) return null;
  const { slices } = shares[at]!;
  const slice = slices[drawSlice(slices, draw)];
  if (slice === undefined) return null;
  const cluster = upstreams.cluster(slice.cluster);
  const endpoint = pick(cluster.levels[slice.level]![slice.pool], draw);
  return endpoint && { member: memberOf(route, at, slice.cluster), cluster, endpoint };
}

/**
 * Who takes the next try of a request that `tried` did not answer: another
 * endpoint of the same cluster, or the next cluster of the chain if this one
 * has none left. The last try of a request that this cluster has failed twice
 * prefers the next cluster, so that a cluster with more dead endpoints than a
 * request has tries costs nobody an answer.
 */
export function chooseNext(
  route: ForwardPlan,
  tried: readonly Choice[],
  upstreams: Upstreams,
  draw: Draw,
  isLastTry: boolean,
): Choice {
  const [first, previous] = [tried[0]!, tried[tried.length - 1]!];
  const here = previous.cluster.plan.index;
  const drawn = route.members.indexOf(first.member);
  const chain = chainOf(route, drawn);
  const order = [...new Set([here, ...chain])]
    .map((index) => upstreams.cluster(index));
  const others = order.slice(1);
  const used = new Set(tried.map(({ endpoint }) => endpoint.record));
  const fresh = ({ record }: Endpoint): boolean => !used.has(record);
  // In a failover chain its head's threshold holds for all of it, as in `shareOut`.
  const head = route.failover === null ? undefined : chain[0];
  const mayPanic = (cluster: Cluster): boolean =>
    (head === undefined ? cluster : upstreams.cluster(head)).plan.panicThreshold > 0;
  const failedHere = tried.filter(({ cluster }) => cluster.plan.index === here).length;
  const found =
    firstOf(isLastTry && failedHere > 1 ? [...others, order[0]!] : order, "healthy", fresh, draw) ??
      firstOf(order, "degraded", fresh, draw) ??
      firstOf(order, "healthy", () => true, draw) ??
      firstOf(order.filter(mayPanic), "all", fresh, draw);
  if (found === null) return previous;
  return { ...found, member: memberOf(route, drawn, found.cluster.plan.index) };
}

function drawMember(route: ForwardPlan, shares: readonly MemberShare[], draw: Draw): number {
  if (shares.length === 1) return 0;
  const weights = shares.map(({ weight }) => weight);
  return draw.key === null
    ? drawByWeight(weights, draw.random())
    : rendezvous(draw.key, route.members.map(({ seed }) => seed), weights);
}

/** Envoy: level by (hash or random) mod 100, over the healthy loads and then the degraded ones. */
function drawSlice(slices: MemberShare["slices"], draw: Draw): number {
  if (slices.length < 2) return 0;
  const point = draw.key === null
    ? Math.floor(draw.random() * 100)
    : mix(draw.key ^ LEVEL_SALT) % 100;
  let load = 0;
  return slices.findIndex(({ percent }) => point < (load += percent));
}

function pick(pool: Pool, draw: Draw): Endpoint | null {
  if (pool.endpoints.length === 0) return null;
  const at = draw.key === null ? pool.picker.next() : pool.picker.forKey(draw.key);
  return pool.endpoints[at] ?? null;
}

/** A cluster that is itself a member of the split brings its own header policy. */
function memberOf(route: ForwardPlan, drawn: number, cluster: number): MemberPlan {
  const member = route.members[drawn]!;
  if (member.cluster === cluster) return member;
  return route.members.find((other) => other.cluster === cluster) ?? member;
}

/**
 * Clusters that may take a request of the drawn member, in the order in which retries go through
 * them. A member of weight 0 is none of them: it gets nothing, unless `failover` names it.
 */
function chainOf({ members, failover }: ForwardPlan, drawn: number): number[] {
  const inTurn = failover === null
    ? [...members.slice(drawn), ...members.slice(0, drawn)]
    : [members[drawn]!];
  const own = inTurn.filter(({ weight }) => weight > 0).map(({ cluster }) => cluster);
  return [...own, ...(failover ?? [])];
}

/** A pick among the first cluster's first level that has an endpoint to offer. */
function firstOf(
  clusters: readonly Cluster[],
  availability: keyof Cluster["levels"][number],
  wanted: (endpoint: Endpoint) => boolean,
  draw: Draw,
): Omit<Choice, "member"> | null {
  for (const cluster of clusters) {
    for (const level of cluster.levels) {
      const pool = level[availability];
      const at = pool.endpoints.flatMap((endpoint, i) => wanted(endpoint) ? [i] : []);
      if (at.length === 0) continue;
      const weights = at.map((i) => pool.weights[i]!);
      const chosen = draw.key === null
        ? drawByWeight(weights, draw.random())
        : rendezvous(draw.key, at.map((i) => pool.seeds[i]!), weights);
      return { cluster, endpoint: pool.endpoints[at[chosen]!]! };
    }
  }
  return null;
}

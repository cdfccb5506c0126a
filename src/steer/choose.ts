/**
 * Who takes a request: a member of the split, a level of its chain, an endpoint
 * in it. By a key (stickiness) or by chance, from the same shares.
 */
import { mix, murmur3 } from "../balance/hash.ts";
import { rendezvous } from "../balance/rendezvous.ts";
import { drawByWeight, type Random } from "../balance/weighted_random.ts";
import type { Cluster, Endpoint, Pool, Upstreams } from "../health/upstreams.ts";
import type { ClusterPlan, ForwardPlan, MemberPlan } from "../plan/plan.ts";
import type { MemberShare } from "./shares.ts";

export interface Choice {
  /** The member whose header policy applies. */
  readonly member: MemberPlan;
  readonly cluster: Cluster;
  readonly endpoint: Endpoint;
  /** The member that was drawn, by its place in the route's list. */
  readonly drawn: number;
}

/** Why there is no choice. */
export type NoChoice =
  /** Nothing can serve the drawn share. */
  | "no_healthy_upstream"
  /** Who could serve it has as much as its `capacity` allows. */
  | "over_capacity";

/** How choices are drawn for one request. */
export interface Draw {
  /** 32-bit hash of the caller's sticky key; `null`: by chance. */
  readonly key: number | null;
  readonly random: Random;
  /** Whether a cluster takes one more request within its `capacity`; if so, it has taken it. */
  readonly admit: (cluster: ClusterPlan) => boolean;
}

/** Separates the draw of a level from the draws of member and endpoint. */
const LEVEL_SALT = murmur3("limen level");

/** The hash by which a cluster takes part in a route's sticky draw. Depends on its name alone. */
export const memberSeed = (clusterName: string): number => murmur3(clusterName);

export function choose(
  route: ForwardPlan,
  shares: readonly MemberShare[],
  upstreams: Upstreams,
  draw: Draw,
): Choice | NoChoice {
  const drawn = drawMember(route, shares, draw);
  const picked = drawn < 0 ? null : pickIn(shares[drawn]!, upstreams, draw);
  if (picked === null) return "no_healthy_upstream";
  return draw.admit(picked.cluster.plan)
    ? choiceOf(route, drawn, picked)
    : spill(route, shares, drawn, picked.cluster, upstreams, draw);
}

/**
 * Who takes the next try of a request that `tried` did not answer: another
 * endpoint of the same cluster, or the next cluster of the chain if this one
 * has none left. The last try of a request that this cluster has failed twice
 * prefers the next cluster, so that a cluster with more dead endpoints than a
 * request has tries costs nobody an answer.
 *
 * @returns `null` if everyone has as much as its `capacity` allows, or is being emptied
 */
export function chooseNext(
  route: ForwardPlan,
  shares: readonly MemberShare[],
  tried: readonly Choice[],
  upstreams: Upstreams,
  draw: Draw,
  isLastTry: boolean,
): Choice | null {
  const previous = tried[tried.length - 1]!;
  const here = previous.cluster.plan.index;
  const { drawn } = tried[0]!;
  const { chain } = shares[drawn]!;
  const used = new Set(tried.map(({ endpoint }) => endpoint.record));
  const fresh = ({ record }: Endpoint): boolean => !used.has(record);
  // In a chain its head's threshold holds for all of it, as in `shareOut`.
  const head = staysInChain(route) ? chain[0] : undefined;
  const mayPanic = (cluster: Cluster): boolean =>
    (head === undefined ? cluster : upstreams.cluster(head)).plan.panicThreshold > 0;
  const failedHere = tried.filter(({ cluster }) => cluster.plan.index === here).length;
  const full = new Set<number>();
  while (true) {
    const order = [...new Set([here, ...chain])]
      .filter((index) => !full.has(index))
      .map((index) => upstreams.cluster(index));
    const avoided = isLastTry && failedHere > 1 && order[0]?.plan.index === here;
    const found = firstOf(
      avoided ? [...order.slice(1), order[0]!] : order,
      "healthy",
      fresh,
      draw,
    ) ??
      firstOf(order, "degraded", fresh, draw) ??
      firstOf(order, "healthy", () => true, draw) ??
      firstOf(order.filter(mayPanic), "all", fresh, draw) ??
      (full.has(here) || previous.cluster.vitals.draining ? null : previous);
    if (found === null) return null;
    if (draw.admit(found.cluster.plan)) return choiceOf(route, drawn, found);
    full.add(found.cluster.plan.index);
  }
}

/** Who takes a request that is for one cluster and for no other: see `Steering.alone`. */
export function chooseAlone(
  share: MemberShare,
  upstreams: Upstreams,
  draw: Draw,
): Picked | NoChoice {
  const picked = pickIn(share, upstreams, draw);
  if (picked === null) return "no_healthy_upstream";
  return draw.admit(picked.cluster.plan) ? picked : "over_capacity";
}

export type Picked = Pick<Choice, "cluster" | "endpoint">;

function choiceOf(route: ForwardPlan, drawn: number, { cluster, endpoint }: Picked): Choice {
  return { member: memberOf(route, drawn, cluster.plan.index), cluster, endpoint, drawn };
}

function drawMember(
  route: ForwardPlan,
  shares: readonly MemberShare[],
  draw: Draw,
): number {
  if (shares.length === 1) return 0;
  const weights = shares.map(({ weight }) => weight);
  // A caller that stays where it is explores nothing.
  if (draw.key !== null && route.select !== "weight") return weights.indexOf(Math.max(...weights));
  return drawAmong(route, weights, draw);
}

/** By `weights` of the route's members; -1 if all are 0. */
const drawAmong = (
  { members }: ForwardPlan,
  weights: readonly number[],
  { key, random }: Draw,
): number =>
  key === null
    ? drawByWeight(weights, random())
    : rendezvous(key, members.map(({ seed }) => seed), weights);

/** Whether a member's share moves along its chain, and not to other members by their weights. */
const staysInChain = ({ failover, select }: ForwardPlan): boolean =>
  failover !== null || select !== "weight";

function pickIn({ slices }: MemberShare, upstreams: Upstreams, draw: Draw): Picked | null {
  const slice = slices[drawSlice(slices, draw)];
  if (slice === undefined) return null;
  const cluster = upstreams.cluster(slice.cluster);
  const endpoint = pick(cluster.levels[slice.level]![slice.pool], draw);
  return endpoint && { cluster, endpoint };
}

/**
 * The drawn cluster is full: the next one of the chain that has someone well and room takes the
 * request; in a split without failover, another member by its weight.
 */
function spill(
  route: ForwardPlan,
  shares: readonly MemberShare[],
  drawn: number,
  full: Cluster,
  upstreams: Upstreams,
  draw: Draw,
): Choice | NoChoice {
  const refused = new Set([full.plan.index]);
  if (staysInChain(route)) {
    for (const index of shares[drawn]!.chain) {
      if (refused.has(index)) continue;
      refused.add(index);
      const cluster = [upstreams.cluster(index)];
      const found = firstOf(cluster, "healthy", () => true, draw) ??
        firstOf(cluster, "degraded", () => true, draw);
      if (found !== null && draw.admit(found.cluster.plan)) return choiceOf(route, drawn, found);
    }
    return "over_capacity";
  }
  const weights = shares.map(({ weight }) => weight);
  while (true) {
    route.members.forEach(({ cluster }, at) => refused.has(cluster) && (weights[at] = 0));
    const at = drawAmong(route, weights, draw);
    if (at < 0) return "over_capacity";
    refused.add(route.members[at]!.cluster);
    const found = pickIn(shares[at]!, upstreams, draw);
    if (found !== null && draw.admit(found.cluster.plan)) return choiceOf(route, at, found);
  }
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

/** A pick among the first cluster's first level that has an endpoint to offer. */
function firstOf(
  clusters: readonly Cluster[],
  availability: "healthy" | "degraded" | "all",
  wanted: (endpoint: Endpoint) => boolean,
  draw: Draw,
): Picked | null {
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

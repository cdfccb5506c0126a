/** The clusters of a route by index: its members, and those that get copies. */
import type { ForwardPlan, MemberPlan } from "../plan/plan.ts";
import type { MirrorPlan } from "../plan/resilience.ts";
import type { Policy, PolicyRoute } from "../policy/schema/policy.ts";
import { memberSeed } from "../steer/choose.ts";
import { compileEdits } from "./headers.ts";

type PolicyMember = Extract<PolicyRoute["split"], readonly unknown[]>[number];

interface ClusterKey {
  /** Position in `Plan.clusters`. */
  readonly index: number;
  readonly seed: number;
}

/** By name: worked out once, not once for each of thousands of routes. */
export type ClusterKeys = ReadonlyMap<string, ClusterKey>;

export const clusterKeys = (clusters: Policy["clusters"]): ClusterKeys =>
  new Map(Object.keys(clusters).map((name, index) => [name, { index, seed: memberSeed(name) }]));

/** @throws {TypeError} for a cluster that validation should have found missing */
function keyOf(name: string, keys: ClusterKeys): ClusterKey {
  const key = keys.get(name);
  if (key === undefined) throw new TypeError(`Cannot compile the policy: no cluster "${name}"`);
  return key;
}

/** `to` is a split of one; `nearest` and `fastest` are splits of even weights. */
export function compileMembers(
  route: PolicyRoute,
  keys: ClusterKeys,
): Pick<ForwardPlan, "select" | "members"> {
  if (route.nearest !== undefined) return { select: "nearest", members: even(route.nearest, keys) };
  if (route.fastest !== undefined) return { select: "fastest", members: even(route.fastest, keys) };
  if (Array.isArray(route.split)) {
    return { select: "weight", members: compileMemberList(route.split, keys) };
  }
  if (route.split === undefined) {
    return { select: "weight", members: even(route.to === undefined ? [] : [route.to], keys) };
  }
  const members = Object.entries(route.split)
    .map(([name, weight]) => compileMember(name, weight, keys));
  return { select: "weight", members };
}

const even = (names: readonly string[], keys: ClusterKeys): MemberPlan[] =>
  names.map((name) => compileMember(name, 1, keys));

function compileMember(name: string, weight: number, keys: ClusterKeys): MemberPlan {
  const { index, seed } = keyOf(name, keys);
  return { cluster: index, weight, seed, requestHeaders: null, responseHeaders: null };
}

function compileMemberList(split: readonly PolicyMember[], keys: ClusterKeys): MemberPlan[] {
  const seen = new Map<string, number>();
  return split.map(({ cluster, weight, headers }) => {
    const { index, seed } = keyOf(cluster, keys);
    const before = seen.get(cluster) ?? 0;
    seen.set(cluster, before + 1);
    return {
      cluster: index,
      weight,
      // A cluster may be listed again, say with other headers: then it is a member of its own.
      seed: before === 0 ? seed : memberSeed(`${cluster} ${before}`),
      requestHeaders: compileEdits(headers?.request),
      responseHeaders: compileEdits(headers?.response),
    };
  });
}

export const compileFailover = (
  failover: PolicyRoute["failover"],
  keys: ClusterKeys,
): ForwardPlan["failover"] => failover?.map((name) => keyOf(name, keys).index) ?? null;

export const compileMirrors = (
  mirror: PolicyRoute["mirror"] = [],
  keys: ClusterKeys,
): MirrorPlan[] =>
  [mirror].flat().map(({ cluster, percent = 100 }) => ({
    cluster: keyOf(cluster, keys).index,
    percent,
  }));

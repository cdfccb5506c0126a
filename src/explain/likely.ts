/** The endpoint that a request most probably goes to, and a plan in which it goes nowhere else. */
import type { ClusterPlan, EndpointPlan, ForwardPlan, Plan, RoutePlan } from "../plan/plan.ts";
import type { RouteShares } from "../simulate/shares.ts";
import type { Choice } from "../steer/choose.ts";
import type { MemberShare } from "../steer/shares.ts";

export interface Likely {
  readonly cluster: ClusterPlan;
  readonly endpoint: EndpointPlan;
  /** The member by which it is reached, by its place in the route's list. */
  readonly drawn: number;
}

/** @returns `null` if nothing can serve the request. Of equals, the first of the policy */
export function mostLikely(
  { endpoints }: RouteShares,
  shares: readonly MemberShare[],
  { clusters }: Plan,
): Likely | null {
  const best = endpoints.reduce((best, next) => next.share > best.share ? next : best, {
    share: 0,
    cluster: "",
    index: -1,
  });
  const cluster = clusters.find(({ name }) => name === best.cluster);
  if (cluster === undefined) return null;
  return { cluster, endpoint: cluster.endpoints[best.index]!, drawn: leading(shares, cluster) };
}

export const likelyOf = ({ cluster, endpoint, drawn }: Choice): Likely => ({
  cluster: cluster.plan,
  endpoint: endpoint.plan,
  drawn,
});

/** The member that brings a cluster most of its requests. */
function leading(shares: readonly MemberShare[], { index }: ClusterPlan): number {
  const brought = shares.map(({ weight, slices }) =>
    weight *
    slices.reduce((sum, { cluster, percent }) => sum + (cluster === index ? percent : 0), 0)
  );
  return brought.indexOf(Math.max(...brought));
}

/**
 * `plan`, but a request of the route can only go to `likely`, and is neither copied, delayed nor
 * refused for want of room. `null`: it can go nowhere.
 */
export function narrowed(
  plan: Plan,
  { index, ...route }: RoutePlan,
  action: ForwardPlan,
  likely: Likely | null,
): Plan {
  const members = action.members.map((member, at) => ({
    ...member,
    weight: at === (likely?.drawn ?? 0) ? 1 : 0,
  }));
  const straight: ForwardPlan = { ...action, members, fault: null, hedge: null, mirrors: [] };
  return {
    ...plan,
    clusters: plan.clusters.map((cluster): ClusterPlan => ({
      ...cluster,
      endpoints: cluster === likely?.cluster ? [{ ...likely.endpoint, index: 0 }] : [],
      breaker: null,
      capacity: null,
    })),
    routes: plan.routes.map((other) =>
      other.index === index ? { ...route, index, action: straight } : other
    ),
  };
}

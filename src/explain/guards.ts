/** What would keep a request of a route from its endpoint, or make it wait: each guard's word on it. */
import { faultChances, type FaultWish } from "../fault/fault_injection.ts";
import type { Cluster } from "../health/upstreams.ts";
import type { ClusterPlan, ForwardPlan } from "../plan/plan.ts";
import type { FaultPlan } from "../plan/resilience.ts";

export interface GuardVerdict {
  readonly guard: "fault" | "circuitBreaker" | "capacity";
  /**
   * `maybe`: refused by chance. `spill`: this cluster takes no more, so the request goes to the
   * next that has room, or nowhere.
   */
  readonly verdict: "pass" | "maybe" | "refuse" | "spill";
  readonly detail: string;
}

export interface Guarding {
  /** Clusters that the request may go to. */
  readonly clusters: readonly Cluster[];
  /** The faults that the request's headers ask for. */
  readonly wish: FaultWish;
  /** Whether a cluster takes one more request within its `capacity`; `null`: nobody can know. */
  readonly hasRoom: ((cluster: ClusterPlan) => boolean) | null;
}

/** In the order in which a request meets them. A route without any has none to tell of. */
export const guardsOf = (
  { fault }: ForwardPlan,
  { clusters, wish, hasRoom }: Guarding,
): readonly GuardVerdict[] => [
  ...(fault === null ? [] : [faultVerdict(fault, wish)]),
  ...clusters.flatMap(({ plan }) => plan.capacity === null ? [] : [capacityVerdict(plan, hasRoom)]),
  ...clusters.flatMap((cluster) => breakerVerdict(cluster, hasRoom !== null)),
];

function faultVerdict(plan: FaultPlan, wish: FaultWish): GuardVerdict {
  const { delay, abort } = faultChances(plan, wish);
  const refused = abort.status === null ? 0 : abort.percent;
  const said = [
    ...(delay.ms > 0 && delay.percent > 0 ? [`${delay.percent} % wait ${delay.ms} ms`] : []),
    ...(refused > 0 ? [`${refused} % are answered with ${abort.status}`] : []),
  ];
  return {
    guard: "fault",
    verdict: refused >= 100 ? "refuse" : refused > 0 ? "maybe" : "pass",
    detail: said.join(", ") || "none for this request",
  };
}

function capacityVerdict(cluster: ClusterPlan, hasRoom: Guarding["hasRoom"]): GuardVerdict {
  const { name, capacity } = cluster;
  const limit = `${capacity} requests per second`;
  if (hasRoom === null) {
    return { guard: "capacity", verdict: "pass", detail: `${name}: up to ${limit}` };
  }
  return hasRoom(cluster)
    ? { guard: "capacity", verdict: "pass", detail: `${name}: room for one more of ${limit}` }
    : { guard: "capacity", verdict: "spill", detail: `${name}: no room, it takes ${limit}` };
}

function breakerVerdict(
  { plan: { name, breaker }, vitals }: Cluster,
  isLive: boolean,
): readonly GuardVerdict[] {
  if (breaker === null) return [];
  const inFlight = vitals.breaker.firstTries + vitals.breaker.retries;
  const limit = `${breaker.maxRequests} requests in flight`;
  return [{
    guard: "circuitBreaker",
    verdict: isLive && inFlight >= breaker.maxRequests ? "refuse" : "pass",
    detail: isLive ? `${name}: ${inFlight} of ${limit}` : `${name}: up to ${limit}`,
  }];
}

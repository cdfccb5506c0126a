/** What a drain would leave without an answer. */
import type { DescribedCluster } from "../health/describe.ts";
import type { EndpointState } from "../health/records.ts";
import type { StateOf } from "../health/upstreams.ts";
import { NOWHERE } from "../locality/locality.ts";
import type { Plan } from "../plan/plan.ts";
import { simulate } from "../simulate/simulate.ts";
import type { Viewpoint } from "../simulate/viewpoint.ts";

export interface UnservedRoute {
  readonly route: string;
  /** Of the route's requests, 0 to 1: answered 503 once the cluster is out. */
  readonly share: number;
}

/** Binary fractions leave crumbs. */
const NOTHING = 1e-9;

/** The routes that would lose more than they do already, as their clusters are now. */
export function unservedBy(
  drained: string,
  plan: Plan,
  clusters: readonly DescribedCluster[],
): readonly UnservedRoute[] {
  const before = shares(plan, statesIn(clusters));
  const after = shares(
    plan,
    statesIn(clusters.map((one) => one.name === drained ? { ...one, draining: true } : one)),
  );
  return [...after]
    .filter(([route, share]) => share > (before.get(route) ?? 0) + NOTHING)
    .map(([route, share]) => ({ route, share }));
}

/** Where the gateway and its clients are makes no difference to what nobody serves. */
const ANYWHERE: Viewpoint = {
  caller: { locality: NOWHERE, labels: {} },
  place: { country: null, latitude: null, longitude: null },
  coordinates: null,
  ip: null,
};

function shares(plan: Plan, stateOf: StateOf): ReadonlyMap<string, number> {
  const { routes } = simulate(plan, stateOf, ANYWHERE);
  return new Map(routes.map(({ route, unserved }) => [route, unserved]));
}

/** Of a cluster that came with a push just now, nothing is known: it counts as healthy. */
function statesIn(clusters: readonly DescribedCluster[]): StateOf {
  const byName = new Map(clusters.map((cluster) => [cluster.name, cluster]));
  return ({ name }, { origin }): EndpointState => {
    const cluster = byName.get(name);
    if (cluster?.draining) return "draining";
    return cluster?.endpoints.find(({ url }) => url === origin)?.state ?? "healthy";
  };
}

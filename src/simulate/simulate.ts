/** What if: where a policy's traffic would go, were this down, that degraded, and the caller there. */
import { HealthRegistry } from "../health/registry.ts";
import { type StateOf, Upstreams } from "../health/upstreams.ts";
import type { Coordinates } from "../plan/locality.ts";
import type { Plan } from "../plan/plan.ts";
import { Steering } from "../steer/steering.ts";
import { poolShares, type RouteShares, sharesOf } from "./shares.ts";
import type { Viewpoint } from "./viewpoint.ts";

export interface Simulated {
  /** The routes that forward, in the policy's order: what redirects or answers has no shares. */
  readonly routes: readonly RouteShares[];
}

export function simulate(plan: Plan, stateOf: StateOf, from: Viewpoint): Simulated {
  return { routes: allShares(plan, supposedSteering(plan, stateOf, from), from.coordinates) };
}

/** The shares of every route that forwards, under the health that `steering` knows. */
export function allShares(
  plan: Plan,
  steering: Steering,
  coordinates: Coordinates | null,
): readonly RouteShares[] {
  const { upstreams } = steering;
  const ofPool = poolShares();
  return plan.routes.flatMap(({ name, action }) =>
    action.kind === "forward"
      ? [sharesOf(name, action, steering.shares(action, coordinates), upstreams, ofPool)]
      : []
  );
}

/**
 * How a gateway steers that has just begun to serve `plan` and knows nothing but `stateOf`: no
 * latencies yet, nobody in slow start, nobody at the limit of its capacity.
 */
export function supposedSteering(
  plan: Plan,
  stateOf: StateOf,
  { caller }: Pick<Viewpoint, "caller">,
  random: () => number = () => 0,
): Steering {
  const now = (): number => 0;
  const registry = new HealthRegistry();
  const upstreams = new Upstreams({ plan, registry, caller, random, now, stateOf });
  return new Steering({ upstreams, random, admit: () => true });
}

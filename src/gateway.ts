/** The running gateway: the plan in force and what this isolate knows of the world. */
import type { CapacityGates } from "./capacity/gates.ts";
import type { HealthRegistry } from "./health/registry.ts";
import { Upstreams } from "./health/upstreams.ts";
import type { Platform } from "./model/platform.ts";
import type { Caller } from "./plan/locality.ts";
import type { ClusterPlan, Plan } from "./plan/plan.ts";
import { Steering } from "./steer/steering.ts";

/** A plan with the state that belongs to it. A request keeps the one it began with. */
export interface Serving {
  readonly plan: Plan;
  readonly steering: Steering;
}

export interface GatewayOptions {
  readonly platform: Platform;
  /** The plan in force now; `null` as long as there is none. */
  readonly activePlan: () => Plan | null;
  /** Where this gateway is, for localities. */
  readonly caller: Caller;
  readonly health: HealthRegistry;
  /** This isolate's parts of the clusters' capacities. */
  readonly gates: CapacityGates;
}

export class Gateway {
  readonly platform: Platform;
  readonly health: HealthRegistry;
  readonly #options: GatewayOptions;
  #serving: Serving | null = null;

  constructor(options: GatewayOptions) {
    this.platform = options.platform;
    this.health = options.health;
    this.#options = options;
  }

  /** What serves the next request. Everything about it is prepared once, when its plan is new. */
  serving(): Serving | null {
    const { platform, activePlan, caller, health, gates } = this.#options;
    const plan = activePlan();
    if (plan !== null && plan !== this.#serving?.plan) {
      const [random, now] = [(): number => platform.random(), (): number => platform.now()];
      const admit = ({ name }: ClusterPlan): boolean => gates.admit(name, now());
      const hasRoom = ({ name }: ClusterPlan): boolean => gates.hasRoom(name, now());
      gates.adopt(plan);
      const upstreams = new Upstreams({ plan, registry: health, caller, random, now });
      this.#serving = { plan, steering: new Steering({ upstreams, random, admit, hasRoom }) };
    }
    health.settle(platform.now());
    return this.#serving;
  }
}

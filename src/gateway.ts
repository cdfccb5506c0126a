/** The running gateway: the plan in force and what this isolate knows of the world. */
import { HealthRegistry } from "./health/registry.ts";
import { Upstreams } from "./health/upstreams.ts";
import type { Platform } from "./model/platform.ts";
import type { Plan } from "./plan/plan.ts";
import { Steering } from "./steer/steering.ts";

/** A plan with the state that belongs to it. A request keeps the one it began with. */
export interface Serving {
  readonly plan: Plan;
  readonly steering: Steering;
}

export class Gateway {
  readonly platform: Platform;
  readonly health = new HealthRegistry();
  readonly #activePlan: () => Plan | null;
  #serving: Serving | null = null;

  /** @param activePlan the plan in force now; `null` as long as there is none */
  constructor(platform: Platform, activePlan: () => Plan | null) {
    this.platform = platform;
    this.#activePlan = activePlan;
  }

  /** What serves the next request. Everything about it is prepared once, when its plan is new. */
  serving(): Serving | null {
    const plan = this.#activePlan();
    if (plan !== null && plan !== this.#serving?.plan) {
      const random = (): number => this.platform.random();
      const upstreams = new Upstreams(plan, this.health, random);
      this.#serving = { plan, steering: new Steering(upstreams, random) };
    }
    this.health.settle(this.platform.now());
    return this.#serving;
  }
}

/** Steering for one plan: shares are computed when health changes, not when a request comes. */
import type { Random } from "../balance/round_robin.ts";
import type { Upstreams } from "../health/upstreams.ts";
import type { ForwardPlan } from "../plan/plan.ts";
import { type MemberShare, shareOut } from "./shares.ts";

interface Cached {
  readonly epoch: number;
  readonly shares: readonly MemberShare[];
}

export class Steering {
  readonly upstreams: Upstreams;
  readonly random: Random;
  readonly #cache = new Map<ForwardPlan, Cached>();

  constructor(upstreams: Upstreams, random: Random) {
    this.upstreams = upstreams;
    this.random = random;
  }

  /** The shares of a route's members under the present health. */
  shares(route: ForwardPlan): readonly MemberShare[] {
    const { epoch } = this.upstreams;
    const cached = this.#cache.get(route);
    if (cached?.epoch === epoch) return cached.shares;
    const shares = shareOut(route, (index) => this.upstreams.cluster(index));
    this.#cache.set(route, { epoch, shares });
    return shares;
  }
}

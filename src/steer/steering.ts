/** Steering for one plan: shares are computed when health changes, not when a request comes. */
import type { Random } from "../balance/weighted_random.ts";
import type { Upstreams } from "../health/upstreams.ts";
import { nearestOrder } from "../place/nearest.ts";
import type { Coordinates } from "../plan/locality.ts";
import type { ClusterPlan, ForwardPlan } from "../plan/plan.ts";
import { aloneIn, type MemberShare, type Order, shareOut } from "./shares.ts";

export interface SteeringOptions {
  readonly upstreams: Upstreams;
  readonly random: Random;
  /** See `Draw.admit`; asked of clusters that have a capacity. */
  readonly admit: (cluster: ClusterPlan) => boolean;
  /** What `admit` would say, without taking a request. Absent: nobody is ever full. */
  readonly hasRoom?: (cluster: ClusterPlan) => boolean;
}

/** A route's shares by order, for one state of health. */
interface Cached {
  readonly epoch: number;
  readonly byOrder: Map<string, readonly MemberShare[]>;
}

/** Orders that are kept for a route; of eight members there are 40,320. */
const MOST_ORDERS = 64;

export class Steering {
  readonly upstreams: Upstreams;
  readonly random: Random;
  readonly admit: (cluster: ClusterPlan) => boolean;
  readonly hasRoom: (cluster: ClusterPlan) => boolean;
  readonly #cache = new Map<ForwardPlan, Cached>();
  readonly #alone = new Map<number, { readonly epoch: number; readonly share: MemberShare }>();

  constructor({ upstreams, random, admit, hasRoom }: SteeringOptions) {
    this.upstreams = upstreams;
    this.random = random;
    this.admit = (cluster) => cluster.capacity === null || admit(cluster);
    this.hasRoom = (cluster) => cluster.capacity === null || (hasRoom?.(cluster) ?? true);
  }

  /**
   * The shares of a route's members under the present health.
   *
   * @param from where the client is; `null`: nobody knows
   */
  shares(route: ForwardPlan, from: Coordinates | null = null): readonly MemberShare[] {
    const order = this.#order(route, from);
    const key = order === null ? "" : order.join();
    const { byOrder } = this.#cached(route);
    const known = byOrder.get(key);
    if (known !== undefined) return known;
    const shares = shareOut(route, (index) => this.upstreams.cluster(index), order);
    if (byOrder.size >= MOST_ORDERS) byOrder.clear();
    byOrder.set(key, shares);
    return shares;
  }

  /** What becomes of a request that is for one cluster and for no other. */
  alone(cluster: number): MemberShare {
    const { epoch } = this.upstreams;
    const cached = this.#alone.get(cluster);
    if (cached?.epoch === epoch) return cached.share;
    const share = aloneIn(cluster, (index) => this.upstreams.cluster(index));
    this.#alone.set(cluster, { epoch, share });
    return share;
  }

  #cached(route: ForwardPlan): Cached {
    const { epoch } = this.upstreams;
    const cached = this.#cache.get(route);
    if (cached?.epoch === epoch) return cached;
    const fresh: Cached = { epoch, byOrder: new Map() };
    this.#cache.set(route, fresh);
    return fresh;
  }

  /** The preferred member first; `null` where members go by weight. */
  #order({ select, members }: ForwardPlan, from: Coordinates | null): Order | null {
    if (select === "weight") return null;
    const clusters = members.map(({ cluster }) => this.upstreams.cluster(cluster));
    if (select === "nearest") {
      return nearestOrder(clusters.map(({ plan }) => plan.coordinates), from);
    }
    // Who has not answered yet goes first, once: so it gets a latency. An average does not fade
    // here: where requests are seconds apart, the cluster that was not asked would always seem fast.
    const averages = clusters.map(({ vitals }) => vitals.latency?.averageMs ?? 0);
    return [...averages.keys()].sort((a, b) => averages[a]! - averages[b]!);
  }
}

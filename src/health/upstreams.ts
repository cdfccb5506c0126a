/**
 * One plan's clusters as steering sees them now: endpoints grouped by priority
 * level and availability, each group with its balancer. Rebuilt only when the
 * registry says that a cluster's health changed, never per request.
 */
import { type Random, roundRobin } from "../balance/round_robin.ts";
import { weightedRandom } from "../balance/weighted_random.ts";
import type { ClusterPlan, EndpointPlan, Plan } from "../plan/plan.ts";
import { murmur3 } from "../balance/hash.ts";
import {
  type ClusterRecord,
  type EndpointRecord,
  HealthRegistry,
  isAvailable,
} from "./registry.ts";

export interface Endpoint {
  readonly plan: EndpointPlan;
  readonly record: EndpointRecord;
  /** Hash of the endpoint's lasting identity, so that its place in a list does not matter. */
  readonly seed: number;
}

/** Endpoints that a pick may choose from. */
export interface Pool {
  readonly endpoints: readonly Endpoint[];
  readonly weights: readonly number[];
  readonly seeds: readonly number[];
  /** Index of the balancer's next pick. Not to be called on an empty pool. */
  readonly next: () => number;
}

export type Availability = "healthy" | "degraded" | "all";

/** One priority level. `all` is what panic uses. */
export type Level = Readonly<Record<Availability, Pool>>;

export interface Cluster {
  readonly plan: ClusterPlan;
  readonly endpoints: readonly Endpoint[];
  /** The most preferred first. */
  readonly levels: readonly Level[];
}

export class Upstreams {
  readonly #registry: HealthRegistry;
  readonly #random: Random;
  readonly #records: ClusterRecord[];
  readonly #clusters: Cluster[];
  readonly #epochs: number[];

  constructor(plan: Plan, registry: HealthRegistry, random: Random) {
    this.#registry = registry;
    this.#random = random;
    this.#records = plan.clusters.map(({ name, endpoints }) => registry.adopt(name, endpoints));
    registry.retain(new Set(plan.clusters.map(({ name }) => name)));
    this.#clusters = plan.clusters.map((cluster, i) => build(cluster, this.#records[i]!, random));
    this.#epochs = this.#records.map(({ epoch }) => epoch);
  }

  /** Changes whenever any cluster here may have changed. */
  get epoch(): number {
    return this.#registry.epoch;
  }

  cluster(index: number): Cluster {
    const record = this.#records[index]!;
    if (this.#epochs[index] !== record.epoch) {
      this.#clusters[index] = build(this.#clusters[index]!.plan, record, this.#random);
      this.#epochs[index] = record.epoch;
    }
    return this.#clusters[index]!;
  }
}

function build(plan: ClusterPlan, record: ClusterRecord, random: Random): Cluster {
  const endpoints = plan.endpoints.map((endpoint): Endpoint => ({
    plan: endpoint,
    record: record.endpoints.get(endpoint.origin)!,
    seed: murmur3(`${plan.name} ${endpoint.origin}`),
  }));
  // Weight 0 means "nothing": such an endpoint is no part of its level, in panic neither.
  const weighted = endpoints.filter((endpoint) => endpoint.plan.weight > 0);
  const priorities = [...new Set(weighted.map((endpoint) => endpoint.plan.priority))];
  const levels = priorities.sort((a, b) => a - b).map((priority): Level => {
    const all = weighted.filter((endpoint) => endpoint.plan.priority === priority);
    // An ejection from before a push that turned outlier detection off counts no more.
    const healthy = plan.outlier === null
      ? all
      : all.filter((endpoint) => isAvailable(endpoint.record));
    return {
      all: pool(all, plan, random),
      healthy: pool(healthy, plan, random),
      degraded: pool([], plan, random),
    };
  });
  return { plan, endpoints, levels };
}

function pool(endpoints: readonly Endpoint[], plan: ClusterPlan, random: Random): Pool {
  const weights = endpoints.map((endpoint) => endpoint.plan.weight);
  const balancer = plan.algorithm === "random" ? weightedRandom : roundRobin;
  return {
    endpoints,
    weights,
    seeds: endpoints.map((endpoint) => endpoint.seed),
    next: balancer(weights, random),
  };
}

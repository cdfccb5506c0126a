/**
 * One plan's clusters as steering sees them now: endpoints grouped by priority
 * level and availability, each group with its balancer. Rebuilt only when the
 * registry says that a cluster's health changed, never per request.
 */
import type { Picker } from "../balance/picker.ts";
import { seedsOf } from "../balance/seeds.ts";
import type { Random } from "../balance/weighted_random.ts";
import type { ClusterPlan, EndpointPlan, Plan } from "../plan/plan.ts";
import { balancer } from "./balancers.ts";
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
  readonly picker: Picker;
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
  const seeds = seedsOf(plan.endpoints.map(({ origin }) => `${plan.name} ${origin}`));
  const endpoints = plan.endpoints.map((endpoint, i): Endpoint => ({
    plan: endpoint,
    record: record.endpoints.get(endpoint.origin)!,
    seed: seeds[i]!,
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
    const levelWeights = all.map((endpoint) => endpoint.plan.weight);
    const pool = (members: readonly Endpoint[]): Pool =>
      poolOf(members, plan, levelWeights, random);
    return { all: pool(all), healthy: pool(healthy), degraded: pool([]) };
  });
  return { plan, endpoints, levels };
}

function poolOf(
  endpoints: readonly Endpoint[],
  plan: ClusterPlan,
  levelWeights: readonly number[],
  random: Random,
): Pool {
  const weights = endpoints.map((endpoint) => endpoint.plan.weight);
  const seeds = endpoints.map((endpoint) => endpoint.seed);
  const active = (index: number): number => endpoints[index]!.record.active;
  const by = { random, active, levelWeights };
  return { endpoints, weights, seeds, picker: balancer(plan.algorithm, { weights, seeds }, by) };
}

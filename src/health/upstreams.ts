/**
 * One plan's clusters as steering sees them now: endpoints grouped by priority
 * level and availability, each group with its balancer. Rebuilt only when the
 * registry says that a cluster's health changed, never per request.
 */
import { seedsOf } from "../balance/seeds.ts";
import type { Random } from "../balance/weighted_random.ts";
import { type EffectiveLevels, effectiveLevels } from "../locality/levels.ts";
import type { Caller } from "../plan/locality.ts";
import type { ClusterPlan, EndpointPlan, Plan } from "../plan/plan.ts";
import { type Endpoint, type Level, levelOf } from "./pools.ts";
import {
  type ClusterRecord,
  type ClusterVitals,
  type EndpointRecord,
  type EndpointState,
  stateOf,
} from "./records.ts";
import type { HealthRegistry } from "./registry.ts";

export type { Availability, Endpoint, Level, Pool } from "./pools.ts";

export interface Cluster {
  readonly plan: ClusterPlan;
  readonly vitals: ClusterVitals;
  /** In the policy's order. */
  readonly endpoints: readonly Endpoint[];
  /** The most preferred first. One whose endpoints are all draining is empty. */
  readonly levels: readonly Level[];
  /** For each endpoint, its place in `levels`; `null`: it takes nothing, in panic neither. */
  readonly levelOf: readonly (number | null)[];
}

/** What an endpoint's state is said to be. */
export type StateOf = (
  cluster: ClusterPlan,
  endpoint: EndpointPlan,
  record: EndpointRecord,
) => EndpointState;

export interface UpstreamsOptions {
  readonly plan: Plan;
  readonly registry: HealthRegistry;
  /** Whose place the localities are compared with. */
  readonly caller: Caller;
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Absent: what the registry knows. What-if tools say otherwise. */
  readonly stateOf?: StateOf;
}

const known: StateOf = (cluster, _endpoint, record) => stateOf(cluster, record);

export class Upstreams {
  readonly #options: UpstreamsOptions;
  readonly #records: readonly ClusterRecord[];
  /** They depend on the plan and the caller alone. */
  readonly #effective: readonly EffectiveLevels[];
  readonly #clusters: Cluster[];
  readonly #epochs: number[];

  constructor(options: UpstreamsOptions) {
    const { plan, registry, caller, now } = options;
    this.#options = options;
    this.#records = plan.clusters.map((cluster) => registry.adopt(cluster, now()));
    registry.retain(new Set(plan.clusters.map(({ name }) => name)));
    this.#effective = plan.clusters.map(({ endpoints, locality }) =>
      effectiveLevels(endpoints, locality, caller)
    );
    this.#clusters = plan.clusters.map((cluster) => this.#build(cluster));
    this.#epochs = this.#records.map(({ epoch }) => epoch);
  }

  /** Changes whenever any cluster here may have changed. */
  get epoch(): number {
    return this.#options.registry.epoch;
  }

  cluster(index: number): Cluster {
    const { epoch } = this.#records[index]!;
    if (this.#epochs[index] !== epoch) {
      this.#epochs[index] = epoch;
      this.#clusters[index] = this.#build(this.#clusters[index]!.plan);
    }
    return this.#clusters[index]!;
  }

  #build(plan: ClusterPlan): Cluster {
    const { registry, random, now, stateOf = known } = this.#options;
    const record = this.#records[plan.index]!;
    const { levels, levelOf: levelOfEndpoint } = this.#effective[plan.index]!;
    const seeds = seedsOf(plan.endpoints.map(({ origin }) => `${plan.name} ${origin}`));
    const endpoints = plan.endpoints.map((endpoint, i): Endpoint => {
      const own = record.endpoints.get(endpoint.origin)!;
      const state = stateOf(plan, endpoint, own);
      return { plan: endpoint, record: own, state, seed: seeds[i]! };
    });
    const onWarming = (untilMs: number): void => registry.rebuildAt(record, untilMs);
    const context = { plan, random, now, onWarming };
    return {
      plan,
      vitals: record.vitals,
      endpoints,
      levels: levels.map((level) => levelOf(level, endpoints, context)),
      levelOf: levelOfEndpoint,
    };
  }
}

/** Endpoints that a pick may choose from, and the balancer that picks. */
import { type Group, grouped } from "../balance/grouped.ts";
import type { Picker } from "../balance/picker.ts";
import { seedsOf } from "../balance/seeds.ts";
import { type Warming, warming } from "../balance/slow_start.ts";
import type { Random } from "../balance/weighted_random.ts";
import type { EffectiveLevel } from "../locality/levels.ts";
import { type LocalityHealth, localitySchedules, type Schedule } from "../locality/weights.ts";
import type { ClusterPlan, EndpointPlan } from "../plan/plan.ts";
import { balancer } from "./balancers.ts";
import type { EndpointRecord, EndpointState } from "./records.ts";

export interface Endpoint {
  readonly plan: EndpointPlan;
  readonly record: EndpointRecord;
  readonly state: EndpointState;
  /** Hash of the endpoint's lasting identity, so that its place in a list does not matter. */
  readonly seed: number;
}

export interface Pool {
  readonly endpoints: readonly Endpoint[];
  /** Of each endpoint in a draw among these, localities and all; above 0. */
  readonly weights: readonly number[];
  readonly seeds: readonly number[];
  readonly picker: Picker;
}

export type Availability = "healthy" | "degraded" | "all";

/** One priority level. `all` is what panic uses: everyone but who is draining. */
export interface Level extends Readonly<Record<Availability, Pool>> {
  /** How many of `all` count neither as there nor as missing. */
  readonly excluded: number;
}

export interface PoolContext {
  readonly plan: ClusterPlan;
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The pools' weights stand still from then on. */
  readonly onWarming: (untilMs: number) => void;
}

/** @param endpoints of the whole cluster */
export function levelOf(
  { endpoints: indices, groups }: EffectiveLevel,
  endpoints: readonly Endpoint[],
  context: PoolContext,
): Level {
  const all = indices.map((index) => endpoints[index]!).filter(({ state }) => state !== "draining");
  const of = (state: EndpointState): Endpoint[] => all.filter((one) => one.state === state);
  const [healthy, degraded] = [of("healthy"), of("degraded")];
  const excluded = of("excluded").length;
  const levelWeights = all.map(weightOf);
  const plain = (members: readonly Endpoint[]): Pool => plainPool(members, levelWeights, context);
  if (groups === null) {
    return { all: plain(all), healthy: plain(healthy), degraded: plain(degraded), excluded };
  }
  // By its name, so that a key keeps its place when others come and go.
  const seeds = seedsOf(
    groups.map(({ locality: { region, zone, subzone } }) =>
      JSON.stringify([region, zone, subzone])
    ),
  );
  const places = groups.map(({ weight, endpoints: indices }, at): Place => {
    const here = indices.map((index) => endpoints[index]!);
    return { weight, seed: seeds[at]!, here: here.filter(({ state }) => state !== "draining") };
  });
  const schedules = localitySchedules(places.map(healthOf), context.plan.overprovisioning);
  const placed = (members: readonly Endpoint[], schedule: Schedule | null): Pool =>
    schedule === null ? plain(members) : groupedPool(members, places, schedule, context);
  // Where health is ignored, so are localities (Envoy).
  return {
    all: plain(all),
    healthy: placed(healthy, schedules.healthy),
    degraded: placed(degraded, schedules.degraded),
    excluded,
  };
}

/** One locality of a level. */
interface Place {
  readonly weight: number;
  readonly seed: number;
  /** Its endpoints but for draining ones. */
  readonly here: readonly Endpoint[];
}

const weightOf = ({ plan }: Endpoint): number => plan.weight;

function healthOf({ weight, here }: Place): LocalityHealth {
  const count = (wanted: EndpointState): number =>
    here.filter(({ state }) => state === wanted).length;
  return {
    weight,
    hosts: here.length,
    excluded: count("excluded"),
    healthy: count("healthy"),
    degraded: count("degraded"),
  };
}

function plainPool(
  endpoints: readonly Endpoint[],
  levelWeights: readonly number[],
  { plan, random, now, onWarming }: PoolContext,
): Pool {
  const weights = endpoints.map(weightOf);
  const seeds = endpoints.map(({ seed }) => seed);
  const active = (index: number): number => endpoints[index]!.record.active;
  const warm = warmingOf(endpoints, weights, plan, now);
  if (warm !== null) onWarming(warm.untilMs);
  const by = { random, active, levelWeights, ...(warm && { weightOf: warm.weightOf }) };
  return { endpoints, weights, seeds, picker: balancer(plan.algorithm, { weights, seeds }, by) };
}

function warmingOf(
  endpoints: readonly Endpoint[],
  weights: readonly number[],
  { slowStart }: ClusterPlan,
  now: () => number,
): Warming | null {
  if (slowStart === null) return null;
  const since = endpoints.map(({ record }) => record.inServiceSinceMs);
  return warming(weights, since, slowStart, now);
}

function groupedPool(
  endpoints: readonly Endpoint[],
  places: readonly Place[],
  schedule: Schedule,
  context: PoolContext,
): Pool {
  const indexOf = new Map(endpoints.map((endpoint, index) => [endpoint, index]));
  const weights = new Array<number>(endpoints.length).fill(0);
  const groups = places.map(({ seed, here }, at): Group => {
    const members = here.filter((endpoint) => indexOf.has(endpoint));
    const hosts = members.map((endpoint) => indexOf.get(endpoint)!);
    const { picker } = plainPool(members, here.map(weightOf), context);
    const total = members.reduce((sum, { plan }) => sum + plan.weight, 0);
    const share = schedule[at]!;
    members.forEach(({ plan }, i) => weights[hosts[i]!] = (share * plan.weight) / total);
    return { share, seed, hosts, picker };
  });
  return {
    endpoints,
    weights,
    seeds: endpoints.map(({ seed }) => seed),
    picker: grouped(groups, endpoints.length, context.random),
  };
}

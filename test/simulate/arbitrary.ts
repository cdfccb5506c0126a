/** Random plans of one route, and random health for them. */
import * as fc from "fast-check";
import type { EndpointState } from "../../src/health/records.ts";
import type { StateOf } from "../../src/health/upstreams.ts";
import type { Locality, LocalitySetting } from "../../src/plan/locality.ts";
import type { ForwardPlan, Plan } from "../../src/plan/plan.ts";
import type { Viewpoint } from "../../src/simulate/viewpoint.ts";
import { clusterPlans, type ClusterSpec, forwardPlan, planOf } from "../support/plans.ts";

const region = fc.constantFrom("", "eu", "us", "ap");
const zone = fc.constantFrom("", "a", "b");

const locality: fc.Arbitrary<Locality> = fc.record({ region, zone, subzone: fc.constant("") });

const endpoint = fc.record({
  weight: fc.nat({ max: 3 }),
  priority: fc.nat({ max: 2 }),
  locality,
});

const rule = fc.constantFrom("eu", "us/*", "us/a", "*", "ap/b");

const setting: fc.Arbitrary<LocalitySetting | null> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  fc.array(fc.record({ from: region, to: region }), { maxLength: 2 })
    .map((failover): LocalitySetting => ({ kind: "failover", failover })),
  fc.subarray(["region", "zone", "version=v2"], { minLength: 1 })
    .map((keys): LocalitySetting => ({
      kind: "failoverPriority",
      failoverPriority: keys,
      failover: [],
    })),
  fc.array(
    fc.record({
      from: rule,
      to: fc.array(fc.tuple(rule, fc.nat({ max: 100 })), { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 2 },
  ).map((distribute): LocalitySetting => ({ kind: "distribute", distribute })),
);

const coordinates = fc.option(
  fc.record({
    latitude: fc.integer({ min: -90, max: 90 }),
    longitude: fc.integer({ min: -180, max: 180 }),
  }),
  { nil: null },
);

const cluster: fc.Arbitrary<ClusterSpec> = fc.record({
  endpoints: fc.array(endpoint, { maxLength: 6 }),
  algorithm: fc.constantFrom("round-robin", "least-request", "random", "ring-hash"),
  locality: setting,
  coordinates,
  overprovisioning: fc.constantFrom(100, 140, 200),
  panicThreshold: fc.constantFrom(0, 30, 50, 100),
});

const NAMES = ["a", "b", "c", "d"];

/** A plan with one route that forwards, what is said of its endpoints, and who asks. */
export interface WhatIf {
  readonly plan: Plan;
  readonly action: ForwardPlan;
  readonly stateOf: StateOf;
  /** The states that `stateOf` speaks of, by cluster and endpoint. */
  readonly states: readonly (readonly EndpointState[])[];
  readonly from: Viewpoint;
}

const state: fc.Arbitrary<EndpointState> = fc.constantFrom(
  "healthy",
  "healthy",
  "degraded",
  "unhealthy",
  "unhealthy",
  "draining",
  "excluded",
);

export const whatIf: fc.Arbitrary<WhatIf> = fc.record({
  clusters: fc.array(cluster, { minLength: 1, maxLength: 4 }),
  weights: fc.array(fc.nat({ max: 5 }), { minLength: 4, maxLength: 4 }),
  members: fc.integer({ min: 1, max: 4 }),
  failover: fc.option(fc.subarray(NAMES), { nil: null }),
  select: fc.constantFrom("weight", "weight", "weight", "nearest", "fastest"),
  states: fc.array(fc.array(state, { minLength: 6, maxLength: 6 }), {
    minLength: 4,
    maxLength: 4,
  }),
  place: locality,
  coordinates,
}).map((drawn): WhatIf => {
  const names = NAMES.slice(0, drawn.clusters.length);
  const clusters = clusterPlans(
    Object.fromEntries(names.map((name, i) => [name, drawn.clusters[i]!])),
  );
  const split = Object.fromEntries(
    names.slice(0, drawn.members)
      .map((name, i) => [name, drawn.select === "weight" ? drawn.weights[i]! : 1]),
  );
  const failover = drawn.failover?.filter((name) => names.includes(name)) ?? null;
  const action = forwardPlan(clusters, split, { failover, select: drawn.select });
  const plan = planOf(clusters, [{ index: 0, name: "r", action, responseHeaders: null }]);
  return {
    plan,
    action,
    states: drawn.states,
    stateOf: ({ index }, endpoint) => drawn.states[index]![endpoint.index]!,
    from: {
      caller: { locality: drawn.place, labels: { version: "v2" } },
      place: { country: null, latitude: null, longitude: null },
      coordinates: drawn.coordinates,
      ip: null,
    },
  };
});

/** Shares worked by hand from the rules. */
import assert from "node:assert/strict";
import type { RouteShares } from "../../src/simulate/shares.ts";
import { simulate } from "../../src/simulate/simulate.ts";
import { clusterPlans, planOf } from "../support/plans.ts";
import { at, sceneOf, type Sketch } from "./scenes.ts";

interface Row extends Sketch {
  readonly name: string;
  readonly want: Partial<Pick<RouteShares, "clusters" | "panic" | "unserved">> & {
    /** In the order of clusters and endpoints. */
    readonly shares?: readonly number[];
    readonly priorities?: readonly number[];
  };
}

const eu = { at: { region: "eu", zone: "a" } };

const rows: readonly Row[] = [
  {
    name: "all well",
    clusters: { a: 2, b: 1 },
    split: { a: 80, b: 20 },
    want: { clusters: { a: 0.8, b: 0.2 }, shares: [0.4, 0.4, 0.2], panic: [], unserved: 0 },
  },
  {
    name: "endpoints by weight",
    clusters: { a: { endpoints: [{ weight: 1 }, { weight: 3 }, { weight: 0 }] } },
    split: { a: 1 },
    want: { shares: [0.25, 0.75, 0], priorities: [0, 0, 0] },
  },
  {
    name: "an endpoint without a level keeps the priority it was given",
    clusters: {
      a: { endpoints: [{ priority: 1 }, { priority: 5 }, { priority: 7, weight: 0 }] },
    },
    split: { a: 1 },
    want: { shares: [1, 0, 0], priorities: [0, 1, 7] },
  },
  {
    // a: 140 × 3/5 = 84, b: 100, T 100.
    name: "spill to failover",
    clusters: { a: 5, b: 1 },
    split: { a: 1 },
    route: { failover: ["b"] },
    states: { "a/0": "unhealthy", "a/1": "unhealthy" },
    want: { clusters: { a: 0.84, b: 0.16 }, shares: [0, 0, 0.28, 0.28, 0.28, 0.16], panic: [] },
  },
  {
    // Healthy b takes all; degraded a is not needed.
    name: "degraded endpoints come after healthy ones of any level",
    clusters: { a: 1, b: 1 },
    split: { a: 1 },
    route: { failover: ["b"] },
    states: { a: "degraded" },
    want: { clusters: { a: 0, b: 1 } },
  },
  {
    // Healthy 70, degraded 70, T 100: 70, and what is left.
    name: "degraded beside healthy",
    clusters: { a: 2 },
    split: { a: 1 },
    states: { "a/1": "degraded" },
    want: { shares: [0.7, 0.3] },
  },
  {
    // a: 140 × 1/5 = 28 of 30, b: 70 of 70: 8.4 and 70 of 78.4.
    name: "members lend to each other",
    clusters: { a: 5, b: 1 },
    split: { a: 30, b: 70 },
    states: { a: "unhealthy", "a/4": "healthy" },
    // One of five is below 50 %, and 28 is not 100: so a's own level panics.
    want: { clusters: { a: 0.107142857143, b: 0.892857142857 }, panic: ["a"] },
  },
  {
    name: "a member that gets nothing does not panic",
    clusters: { a: 2, b: 2 },
    split: { a: 50, b: 50 },
    states: { a: "unhealthy" },
    want: { clusters: { a: 0, b: 1 }, panic: [], unserved: 0 },
  },
  {
    name: "everything down: the weights hold, and all panic",
    clusters: { a: 2, b: 2 },
    split: { a: 75, b: 25 },
    states: { a: "unhealthy", b: "unhealthy" },
    want: { shares: [0.375, 0.375, 0.125, 0.125], panic: ["a", "b"], unserved: 0 },
  },
  {
    name: "everything down in a chain: total panic, by number of endpoints",
    clusters: { a: 1, b: 3 },
    split: { a: 1 },
    route: { failover: ["b"] },
    states: { a: "unhealthy", b: "unhealthy" },
    want: { shares: [0.25, 0.25, 0.25, 0.25], panic: ["a", "b"] },
  },
  {
    name: "nothing moves, nobody panics: unserved",
    clusters: { a: { endpoints: 1, panicThreshold: 0 }, b: 1 },
    split: { a: 30, b: 70 },
    route: { failover: [] },
    states: { a: "unhealthy" },
    want: { clusters: { a: 0, b: 0.7 }, panic: [], unserved: 0.3 },
  },
  {
    name: "no endpoints at all",
    clusters: { a: 0 },
    split: { a: 1 },
    want: { clusters: { a: 0 }, shares: [], panic: [], unserved: 1 },
  },
  {
    name: "a draining cluster gets nothing, in panic neither",
    clusters: { a: 2, b: 1 },
    split: { a: 50, b: 50 },
    states: { a: "draining", b: "unhealthy" },
    want: { shares: [0, 0, 1], panic: ["b"], unserved: 0 },
  },
  {
    name: "a drained member's share goes to failover",
    clusters: { a: 1, b: 1, c: 1 },
    split: { a: 60, b: 40 },
    route: { failover: ["c"] },
    states: { a: "draining" },
    want: { clusters: { a: 0, b: 0.4, c: 0.6 } },
  },
  {
    // Levels: own zone, own region, elsewhere. 140 × 1/2 = 70, then 30.
    name: "levels by place",
    clusters: {
      a: {
        endpoints: [at("us/a"), at("eu/a"), at("eu/b"), at("eu/a")],
        locality: { kind: "failover", failover: [] },
      },
    },
    split: { a: 1 },
    ...eu,
    states: { "a/1": "unhealthy" },
    want: { shares: [0, 0, 0.3, 0.7], priorities: [2, 0, 1, 0] },
  },
  {
    // ap is in no rule: no level.
    name: "shares by place",
    clusters: {
      a: {
        endpoints: [at("eu/a"), at("us/a"), { ...at("ap/a"), priority: 0 }],
        locality: {
          kind: "distribute",
          distribute: [{ from: "eu", to: [["eu", 75], ["us", 25]] }],
        },
      },
    },
    split: { a: 1 },
    ...eu,
    want: { shares: [0.75, 0.25, 0], priorities: [0, 0, 0] },
  },
  {
    name: "the nearest",
    clusters: {
      a: { coordinates: { latitude: 40.7, longitude: -74 } },
      b: { coordinates: { latitude: 50.1, longitude: 8.7 } },
    },
    split: { a: 1, b: 1 },
    route: { select: "nearest" },
    coordinates: [48.9, 2.4],
    want: { clusters: { a: 0, b: 1 } },
  },
  {
    name: "the next nearest",
    clusters: {
      a: { coordinates: { latitude: 40.7, longitude: -74 } },
      b: { coordinates: { latitude: 50.1, longitude: 8.7 } },
    },
    split: { a: 1, b: 1 },
    route: { select: "nearest" },
    coordinates: [48.9, 2.4],
    states: { b: "unhealthy" },
    want: { clusters: { a: 1, b: 0 }, panic: [] },
  },
];

for (const { name, want, ...sketch } of rows) {
  Deno.test(`shares: ${name}`, () => {
    const { plan, stateOf, from } = sceneOf(name, sketch);
    const { clusters, endpoints, panic, unserved } = simulate(plan, stateOf, from).routes[0]!;
    const got = {
      clusters,
      panic,
      unserved,
      shares: endpoints.map(({ share }) => share),
      priorities: endpoints.map(({ priority }) => priority),
    };
    for (const key of Object.keys(want) as (keyof typeof want)[]) {
      assert.deepEqual(got[key], want[key], key);
    }
  });
}

Deno.test("shares: an endpoint in full", () => {
  const { plan, stateOf, from } = sceneOf("", {
    clusters: { a: { endpoints: [at("eu/a"), { weight: 1 }] } },
    split: { a: 1 },
    states: { "a/1": "excluded" },
  });
  assert.deepEqual(simulate(plan, stateOf, from).routes[0]!.endpoints, [
    {
      cluster: "a",
      index: 0,
      url: "http://a-0.test",
      priority: 0,
      region: "eu",
      zone: "a",
      state: "healthy",
      share: 1,
    },
    {
      cluster: "a",
      index: 1,
      url: "http://a-1.test",
      priority: 0,
      region: null,
      zone: null,
      state: "unhealthy",
      share: 0,
    },
  ]);
});

Deno.test("simulate: routes that forward nothing have no shares", () => {
  const { plan, stateOf, from } = sceneOf("", { clusters: { a: 1 }, split: { a: 1 } });
  const respond = { kind: "respond", status: 200, headers: [], body: null } as const;
  const routes = [{ index: 0, name: "hello", action: respond, responseHeaders: null }];
  assert.deepEqual(simulate({ ...plan, routes }, stateOf, from), { routes: [] });
  assert.deepEqual(simulate(planOf(clusterPlans({})), stateOf, from), { routes: [] });
});

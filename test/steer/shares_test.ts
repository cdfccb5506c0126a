import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Cluster, Endpoint, Pool } from "../../src/health/upstreams.ts";
import { type MemberShare, shareOut } from "../../src/steer/shares.ts";
import { type ClusterSpec, forwardPlan, worldOf } from "../support/plans.ts";

interface Row {
  readonly name: string;
  /** Added to `a`, `b`, `p` and `q`, of two endpoints each. */
  readonly clusters?: Readonly<Record<string, number | ClusterSpec>>;
  /** Weight by cluster: `a` 80 and `b` 20 unless set. */
  readonly split?: Readonly<Record<string, number>>;
  readonly failover?: readonly string[] | null;
  /** Endpoints, or whole clusters, that are ejected. */
  readonly down?: readonly string[];
  /** Each member's weight and slices: `cluster.level availability percent`. */
  readonly want: readonly (readonly [weight: number, ...slices: string[]])[];
}

const NAMES = ["a", "b", "p", "q"];
const TWO_LEVELS: ClusterSpec = {
  endpoints: [{}, {}, { priority: 3 }, { priority: 3 }],
};

const rows: readonly Row[] = [
  // Without failover: weights scaled by min(1, 1.4 × available part).
  { name: "all up", want: [[80, "a.0 healthy 100"], [20, "b.0 healthy 100"]] },
  {
    name: "half of a member down",
    down: ["a/0"],
    want: [[56, "a.0 healthy 100"], [20, "b.0 healthy 100"]],
  },
  {
    name: "a quarter down is covered by overprovisioning",
    clusters: { a: 4 },
    down: ["a/0"],
    want: [[80, "a.0 healthy 100"], [20, "b.0 healthy 100"]],
  },
  {
    name: "5 of 7 up are exactly enough",
    clusters: { a: 7 },
    down: ["a/0", "a/1"],
    want: [[80, "a.0 healthy 100"], [20, "b.0 healthy 100"]],
  },
  { name: "a member down", down: ["a"], want: [[0, "a.0 all 100"], [20, "b.0 healthy 100"]] },
  {
    name: "every member down: the weights hold",
    down: ["a", "b"],
    want: [[80, "a.0 all 100"], [20, "b.0 all 100"]],
  },
  {
    name: "every member down, panic off in one",
    clusters: { a: { endpoints: 2, panicThreshold: 0 } },
    down: ["a", "b"],
    want: [[80], [20, "b.0 all 100"]],
  },
  {
    name: "a member without endpoints",
    clusters: { a: 0 },
    want: [[0], [20, "b.0 healthy 100"]],
  },
  { name: "no endpoints at all", clusters: { a: 0, b: 0 }, want: [[80], [20]] },
  {
    name: "weight 0 takes nothing while others are up",
    split: { a: 1, b: 0 },
    want: [[1, "a.0 healthy 100"], [0, "b.0 healthy 100"]],
  },
  {
    name: "weight 0 takes nothing when all others are down",
    split: { a: 1, b: 0 },
    down: ["a"],
    want: [[1, "a.0 all 100"], [0, "b.0 healthy 100"]],
  },
  {
    name: "a member of less overprovisioning",
    clusters: { a: { endpoints: 2, overprovisioning: 100 } },
    down: ["a/0", "b/0"],
    want: [[40, "a.0 healthy 100"], [14, "b.0 healthy 100"]],
  },
  {
    name: "panic inside a scaled member",
    clusters: { a: 4 },
    down: ["a/0", "a/1", "a/2"],
    want: [[28, "a.0 all 100"], [20, "b.0 healthy 100"]],
  },
  {
    name: "levels inside a member",
    clusters: { a: TWO_LEVELS },
    down: ["a/0"],
    want: [[80, "a.0 healthy 70", "a.1 healthy 30"], [20, "b.0 healthy 100"]],
  },
  {
    name: "endpoints of weight 0 are no part of anything",
    clusters: { a: { endpoints: [{}, { weight: 0 }, { weight: 0, priority: 1 }] } },
    down: ["a/0"],
    want: [[0, "a.0 all 100"], [20, "b.0 healthy 100"]],
  },

  // With failover: the weights stay, the levels of [member, ...failover] lie end to end.
  {
    name: "failover idle",
    failover: ["p"],
    want: [[80, "a.0 healthy 100"], [20, "b.0 healthy 100"]],
  },
  {
    name: "failover takes the spill",
    failover: ["p"],
    down: ["a/0"],
    want: [[80, "a.0 healthy 70", "p.0 healthy 30"], [20, "b.0 healthy 100"]],
  },
  {
    name: "failover takes all",
    failover: ["p"],
    down: ["a"],
    want: [[80, "p.0 healthy 100"], [20, "b.0 healthy 100"]],
  },
  {
    name: "a chain of three",
    failover: ["p", "q"],
    down: ["a/0", "p/0"],
    want: [[80, "a.0 healthy 70", "p.0 healthy 30"], [20, "b.0 healthy 100"]],
  },
  {
    name: "a chain of three, the second too weak for the rest",
    clusters: { a: 4, p: 7 },
    failover: ["p", "q"],
    down: ["a/0", "a/1", "a/2", "p/0", "p/1", "p/2", "p/3", "p/4"],
    // 35, 40, and the rest.
    want: [[80, "a.0 healthy 35", "p.0 healthy 40", "q.0 healthy 25"], [20, "b.0 healthy 100"]],
  },
  {
    name: "member and failover down: total panic by numbers of endpoints",
    clusters: { p: 4 },
    failover: ["p"],
    down: ["a", "p"],
    // 33 66, and 1 left over.
    want: [[80, "a.0 all 34", "p.0 all 66"], [20, "b.0 healthy 100"]],
  },
  {
    name: "the chain's own panic: the member down, its failover half up",
    failover: ["p"],
    down: ["a", "p/0"],
    want: [[80, "p.0 healthy 100"], [20, "b.0 healthy 100"]],
  },
  {
    name: "the member's overprovisioning is its own",
    clusters: { a: { endpoints: 2, overprovisioning: 100 } },
    failover: ["p"],
    down: ["a/0", "b/0"],
    want: [
      [80, "a.0 healthy 50", "p.0 healthy 50"],
      [20, "b.0 healthy 70", "p.0 healthy 30"],
    ],
  },
  {
    name: "levels of member and failover end to end",
    clusters: { a: TWO_LEVELS, p: TWO_LEVELS },
    failover: ["p"],
    down: ["a/0", "a/1", "a/2", "p/0"],
    // 0 70 70 100.
    want: [[80, "a.1 healthy 70", "p.0 healthy 30"], [20, "b.0 healthy 100"]],
  },
  {
    name: "the member's panic threshold holds in the chain: off",
    clusters: { a: { endpoints: 2, panicThreshold: 0 } },
    failover: ["p"],
    down: ["a", "p"],
    want: [[80], [20, "b.0 healthy 100"]],
  },
  {
    name: "the member's panic threshold holds in the chain: on",
    clusters: { p: { endpoints: 2, panicThreshold: 0 } },
    failover: ["p"],
    down: ["a", "p"],
    want: [[80, "a.0 all 50", "p.0 all 50"], [20, "b.0 healthy 100"]],
  },
  {
    name: "a cluster twice in the chain counts once",
    failover: ["p", "a", "p", "b"],
    down: ["a/0", "p"],
    want: [
      [80, "a.0 healthy 70", "b.0 healthy 30"],
      [20, "b.0 healthy 100"],
    ],
  },
  {
    name: "a failover cluster without endpoints is passed over",
    clusters: { p: 0 },
    failover: ["p", "q"],
    down: ["a"],
    want: [[80, "q.0 healthy 100"], [20, "b.0 healthy 100"]],
  },
  {
    name: "a chain without any endpoint",
    clusters: { a: 0, p: 0 },
    failover: ["p"],
    want: [[80], [20, "b.0 healthy 100"]],
  },
  {
    name: "weight 0 that failover names",
    split: { a: 1, b: 0 },
    failover: ["b"],
    down: ["a"],
    want: [[1, "b.0 healthy 100"], [0, "b.0 healthy 100"]],
  },
  {
    name: "nothing but zeros: all of it is the failover's",
    split: { a: 0, b: 0 },
    failover: ["p", "q"],
    down: ["p/0"],
    want: [
      [1, "p.0 healthy 70", "q.0 healthy 30"],
      [0, "p.0 healthy 70", "q.0 healthy 30"],
    ],
  },

  // failover: [] keeps every share where it is.
  {
    name: "nowhere to go: a member half down",
    failover: [],
    down: ["a/0"],
    want: [[80, "a.0 healthy 100"], [20, "b.0 healthy 100"]],
  },
  {
    name: "nowhere to go: a member down",
    failover: [],
    down: ["a"],
    want: [[80, "a.0 all 100"], [20, "b.0 healthy 100"]],
  },
  {
    name: "nowhere to go, and panic off",
    clusters: { a: { endpoints: 2, panicThreshold: 0 } },
    failover: [],
    down: ["a"],
    want: [[80], [20, "b.0 healthy 100"]],
  },
  { name: "nothing but zeros and nowhere to go", split: { a: 0 }, failover: [], want: [[1]] },
];
for (const { name, clusters, split = { a: 80, b: 20 }, failover = null, down = [], want } of rows) {
  Deno.test(`shares: ${name}`, () => {
    const world = worldOf({ a: 2, b: 2, p: 2, q: 2, ...clusters });
    world.eject(0, ...down);
    const route = forwardPlan(world.clusters, split, { failover });
    const shares = shareOut(route, (index) => world.upstreams.cluster(index));
    assert.deepEqual(shares.map(written), want.map(([weight, ...slices]) => [weight, ...slices]));
  });
}

const written = ({ weight, slices }: MemberShare): (number | string)[] => [
  Math.round(weight * 1e9) / 1e9,
  ...slices.map((slice) => `${NAMES[slice.cluster]}.${slice.level} ${slice.pool} ${slice.percent}`),
];

Deno.test("shares: degraded endpoints of the member come after healthy ones of the failover", () => {
  const world = worldOf({ a: 4, p: 4 });
  world.eject(0, "a/0", "p/0", "p/1", "p/2");
  const route = forwardPlan(world.clusters, { a: 1 }, { failover: ["p"] });
  const cluster = (index: number): Cluster => degraded(world.upstreams.cluster(index), 2);
  // Of four each: a has 1 healthy and 2 degraded (35 and 70), p one degraded (35).
  assert.deepEqual(
    written(shareOut(route, (index) => index === 0 ? cluster(0) : degraded(cluster(1), 1))[0]!),
    [1, "a.0 healthy 35", "a.0 degraded 65"],
  );
});

/** The cluster as it is when its first `count` healthy endpoints are degraded. */
function degraded(cluster: Cluster, count: number): Cluster {
  const pool = (endpoints: readonly Endpoint[]): Pool => ({
    endpoints,
    weights: endpoints.map(() => 1),
    seeds: endpoints.map(({ seed }) => seed),
    picker: { next: () => 0, forKey: () => 0, shares: () => [] },
  });
  const levels = cluster.levels.map(({ all, healthy: { endpoints } }) => ({
    all,
    healthy: pool(endpoints.slice(count)),
    degraded: pool(endpoints.slice(0, count)),
    excluded: 0,
  }));
  return { ...cluster, levels };
}

Deno.test("shares: an ejection changes no weight but that of its own cluster", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 4 });
  const weights = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 4, maxLength: 4 });
  fc.assert(fc.property(sizes, weights, fc.nat(), fc.nat(), (sizes, weights, pick, at) => {
    const names = sizes.map((_, i) => `c${i}`);
    const world = worldOf(Object.fromEntries(names.map((name, i) => [name, sizes[i]!])));
    const split = Object.fromEntries(names.map((name, i) => [name, weights[i]!]));
    const route = forwardPlan(world.clusters, split);
    const share = (): number[] =>
      shareOut(route, (index) => world.upstreams.cluster(index)).map(({ weight }) => weight);
    const before = share();
    const hit = pick % names.length;
    world.eject(0, `${names[hit]}/${at % sizes[hit]!}`);
    const after = share();
    assert.deepEqual(after.toSpliced(hit, 1), before.toSpliced(hit, 1));
    assert.ok(after[hit]! <= before[hit]!);
    world.registry.settle(30_000);
    assert.deepEqual(share(), before);
  }));
});

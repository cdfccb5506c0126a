import assert from "node:assert/strict";
import { observed } from "../../src/balance/peak_ewma.ts";
import type { Coordinates } from "../../src/plan/locality.ts";
import type { ForwardPlan } from "../../src/plan/plan.ts";
import type { MemberShare } from "../../src/steer/shares.ts";
import { Steering } from "../../src/steer/steering.ts";
import { forwardPlan, type World, worldOf } from "../support/plans.ts";
import { seededRandom } from "../support/random.ts";

const steeringOf = ({ upstreams }: World): Steering =>
  new Steering({ upstreams, random: () => 0, admit: () => true });

/** The name of the member that most of the traffic goes to. */
function firstOf({ clusters }: World, route: ForwardPlan, shares: readonly MemberShare[]): string {
  const weights = shares.map(({ weight }) => weight);
  return clusters[route.members[weights.indexOf(Math.max(...weights))]!.cluster]!.name;
}

Deno.test("shares are computed once for each route and state of health", () => {
  const world = worldOf({ a: 2, b: 2 });
  const steering = steeringOf(world);
  const [one, two] = [
    forwardPlan(world.clusters, { a: 1, b: 1 }),
    forwardPlan(world.clusters, { a: 1 }),
  ];
  const before = steering.shares(one);
  assert.equal(steering.shares(one), before);
  assert.notEqual(steering.shares(two), before);

  world.eject(1_000, "a");
  const after = steering.shares(one);
  assert.notEqual(after, before);
  assert.notDeepEqual(after, before);
  assert.equal(steering.shares(one), after);
});

Deno.test("shares by weight know nothing of where the client is", () => {
  const world = worldOf({ a: 1, b: 1 });
  const steering = steeringOf(world);
  const route = forwardPlan(world.clusters, { a: 1, b: 1 });
  assert.equal(steering.shares(route, { latitude: 1, longitude: 1 }), steering.shares(route));
});

Deno.test("a drain is in force with the next request", () => {
  const world = worldOf({ a: 1, b: 1 });
  const steering = steeringOf(world);
  const route = forwardPlan(world.clusters, { a: 1, b: 1 });
  const weights = (): number[] => steering.shares(route).map(({ weight }) => weight);
  assert.deepEqual(weights(), [1, 1]);
  world.registry.drain(new Set(["a"]));
  assert.deepEqual(weights(), [0, 1]);
  world.registry.drain(new Set());
  assert.deepEqual(weights(), [1, 1]);
});

Deno.test("what is for one cluster alone is computed once for each state of health", () => {
  const world = worldOf({ a: { endpoints: 2, panicThreshold: 0 }, b: 1 });
  const steering = steeringOf(world);
  const before = steering.alone(0);
  assert.deepEqual(
    [before.weight, before.chain, before.slices.map(({ percent }) => percent)],
    [1, [0], [100]],
  );
  assert.equal(steering.alone(0), before);
  assert.deepEqual(steering.alone(1).chain, [1]);
  world.eject(0, "a");
  assert.deepEqual(steering.alone(0).slices, []);
  world.registry.settle(30_000);
  assert.deepEqual(steering.alone(0), before);
});

Deno.test("only clusters that have a capacity are asked for room", () => {
  const world = worldOf({ a: 1, b: { capacity: 5 } });
  const asked: string[] = [];
  const steering = new Steering({
    upstreams: world.upstreams,
    random: () => 0,
    admit: ({ name }) => {
      asked.push(name);
      return false;
    },
  });
  assert.deepEqual(world.clusters.map((cluster) => steering.admit(cluster)), [true, false]);
  assert.deepEqual(asked, ["b"]);
});

// Frankfurt, Ashburn, Singapore, and two that nobody has placed.
const PLACED = {
  nowhere: { coordinates: null },
  fra: { coordinates: { latitude: 50.1, longitude: 8.7 } },
  iad: { coordinates: { latitude: 39.0, longitude: -77.5 } },
  sin: { coordinates: { latitude: 1.3, longitude: 103.8 } },
  void: { coordinates: null },
} as const;
const EVERYONE = { nowhere: 1, fra: 1, iad: 1, sin: 1, void: 1 };

const placeRows: readonly {
  readonly name: string;
  readonly from: Coordinates | null;
  readonly down?: readonly string[];
  readonly want: string;
}[] = [
  { name: "Paris", from: { latitude: 48.9, longitude: 2.4 }, want: "fra" },
  { name: "New York", from: { latitude: 40.7, longitude: -74 }, want: "iad" },
  { name: "Sydney", from: { latitude: -33.9, longitude: 151.2 }, want: "sin" },
  {
    name: "Paris, Frankfurt down",
    from: { latitude: 48.9, longitude: 2.4 },
    down: ["fra"],
    want: "iad",
  },
  {
    name: "Paris, everyone placed down",
    from: { latitude: 48.9, longitude: 2.4 },
    down: ["fra", "iad", "sin"],
    want: "nowhere",
  },
  { name: "who knows: in the policy's order", from: null, want: "nowhere" },
  { name: "who knows, the first down", from: null, down: ["nowhere"], want: "fra" },
];
for (const { name, from, down = [], want } of placeRows) {
  Deno.test(`nearest: for a client in ${name}`, () => {
    const world = worldOf(PLACED);
    const route = forwardPlan(world.clusters, EVERYONE, { select: "nearest" });
    world.eject(0, ...down);
    assert.equal(firstOf(world, route, steeringOf(world).shares(route, from)), want);
  });
}

Deno.test("nearest: clients with one order share one computation, until health changes", () => {
  const world = worldOf(PLACED);
  const steering = steeringOf(world);
  const route = forwardPlan(world.clusters, EVERYONE, { select: "nearest" });
  const [paris, rome] = [{ latitude: 48.9, longitude: 2.4 }, { latitude: 41.9, longitude: 12.5 }];
  const sydney = { latitude: -33.9, longitude: 151.2 };
  const before = steering.shares(route, paris);
  assert.equal(steering.shares(route, rome), before);
  assert.notEqual(steering.shares(route, sydney), before);
  assert.equal(steering.shares(route, paris), before, "no order pushes another one out");
  world.eject(0, "sin");
  assert.notEqual(steering.shares(route, paris), before);
});

Deno.test("nearest: orders without end are not kept without end, and stay right", () => {
  // Six clusters around the equator and north of it: hundreds of orders.
  const places = Array.from(
    { length: 6 },
    (_, i) => ({ latitude: i % 2 * 40, longitude: i * 60 - 150 }),
  );
  const world = worldOf(
    Object.fromEntries(places.map((place, i) => [`c${i}`, { coordinates: place }])),
  );
  const steering = steeringOf(world);
  const split = Object.fromEntries(places.map((_, i) => [`c${i}`, 1]));
  const route = forwardPlan(world.clusters, split, { select: "nearest" });
  const random = seededRandom(4);
  const chains = new Set<string>();
  for (let i = 0; i < 3_000; i++) {
    const from = { latitude: random() * 160 - 80, longitude: random() * 360 - 180 };
    const shares = steering.shares(route, from);
    const first = shares.findIndex(({ weight }) => weight === 1);
    chains.add(shares[first]!.chain.join());
    const fresh = steeringOf(world).shares(route, from);
    assert.deepEqual(shares, fresh);
  }
  assert.ok(chains.size > 64, `${chains.size} orders`);
});

/** Lets a cluster have answered. */
const answered = (
  { clusters, upstreams, registry }: World,
  name: string,
  ms: number,
  nowMs = 0,
): void => {
  const cluster = clusters.find((cluster) => cluster.name === name)!;
  const { record } = upstreams.cluster(cluster.index).endpoints[0]!;
  registry.report(cluster, record, "success", nowMs, ms);
};

const FAST = { a: 1, b: 1, c: 1 };

Deno.test("fastest: who has not answered yet goes first, once, in the policy's order", () => {
  const world = worldOf(FAST);
  const steering = steeringOf(world);
  const route = forwardPlan(world.clusters, FAST, { select: "fastest" });
  const first = (): string => firstOf(world, route, steering.shares(route));
  assert.equal(first(), "a");
  answered(world, "a", 20);
  assert.equal(first(), "b");
  answered(world, "b", 30);
  assert.equal(first(), "c");
  answered(world, "c", 10);
  assert.equal(first(), "c");
});

Deno.test("fastest: by latency, at once when it changes, past who is down", () => {
  const world = worldOf(FAST);
  const steering = steeringOf(world);
  const route = forwardPlan(world.clusters, FAST, { select: "fastest" });
  const first = (): string => firstOf(world, route, steering.shares(route));
  for (const [name, ms] of [["a", 30], ["b", 10], ["c", 20]] as const) answered(world, name, ms);
  assert.equal(first(), "b");
  const shares = steering.shares(route);
  assert.deepEqual(shares.map(({ chain }) => chain), [[0, 1, 2], [1, 2, 0], [2, 1, 0]]);
  assert.equal(steering.shares(route), shares, "the same order, the same shares");
  // A peak is believed at once.
  answered(world, "b", 25);
  assert.equal(first(), "c");
  world.eject(0, "c");
  assert.equal(first(), "b");
});

Deno.test("fastest: equals stay in the policy's order", () => {
  const world = worldOf(FAST);
  const steering = steeringOf(world);
  const route = forwardPlan(world.clusters, { c: 1, a: 1, b: 1 }, { select: "fastest" });
  for (const name of ["a", "b", "c"]) answered(world, name, 5);
  assert.equal(firstOf(world, route, steering.shares(route)), "c");
});

Deno.test("fastest: a cluster that nobody asks does not come to seem fast", () => {
  const world = worldOf({ slow: 1, fast: 1 });
  const route = forwardPlan(world.clusters, { slow: 1, fast: 1 }, { select: "fastest" });
  for (const gapMs of [10, 1_000, 30_000, 600_000]) {
    let nowMs = 0;
    const steering = new Steering({
      upstreams: world.upstreams,
      random: () => 0,
      admit: () => true,
    });
    answered(world, "slow", 100, nowMs);
    for (let i = 0; i < 50; i++) {
      answered(world, "fast", 10, nowMs);
      nowMs += gapMs;
      assert.equal(firstOf(world, route, steering.shares(route)), "fast", `${i} × ${gapMs} ms`);
    }
  }
});

Deno.test("fastest: exploring finds out that a cluster has become fast", () => {
  const world = worldOf({ a: 1, b: 1 });
  const route = forwardPlan(world.clusters, { a: 1, b: 1 }, { select: "fastest" });
  const steering = steeringOf(world);
  answered(world, "a", 100, 0);
  answered(world, "b", 50, 0);
  // After 10 s, 1/e of the average is left: 36.8 + 6.3.
  answered(world, "a", 10, 10_000);
  assert.equal(firstOf(world, route, steering.shares(route)), "a");
  const { latency } = world.upstreams.cluster(0).vitals;
  assert.deepEqual(latency, observed({ averageMs: 100, atMs: 0 }, 10, 10_000));
});

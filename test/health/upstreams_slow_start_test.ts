/** Slow start as steering meets it: who is in it, with which weights, and how it ends. */
import assert from "node:assert/strict";
import { HealthRegistry } from "../../src/health/registry.ts";
import type { Pool, Upstreams } from "../../src/health/upstreams.ts";
import {
  clusterPlans,
  type ClusterSpec,
  defaultOutlier,
  plainHealthCheck,
  upstreamsOf,
} from "../support/plans.ts";
import { assertShares, seededRandom, tally } from "../support/random.ts";

const slowStart = { windowMs: 10_000, aggression: 1, minWeightPercent: 10 };

interface Timed {
  readonly registry: HealthRegistry;
  upstreams: Upstreams;
  /** Lets time pass as a request would. */
  at(nowMs: number): void;
  /** A new policy, at the present time. */
  push(spec: ClusterSpec): void;
  pool(level?: number): Pool;
}

function setUp(spec: ClusterSpec): Timed {
  const registry = new HealthRegistry();
  let nowMs = 0;
  const random = seededRandom(11);
  const upstreamsFor = (spec: ClusterSpec): Upstreams =>
    upstreamsOf(
      clusterPlans({ a: { slowStart, healthCheck: plainHealthCheck, ...spec } }),
      registry,
      {
        random,
        now: () => nowMs,
      },
    );
  const timed: Timed = {
    registry,
    upstreams: upstreamsFor(spec),
    at(atMs): void {
      nowMs = atMs;
      registry.settle(nowMs);
    },
    push(next): void {
      timed.upstreams = upstreamsFor(next);
    },
    pool: (level = 0) => timed.upstreams.cluster(0).levels[level]!.healthy,
  };
  return timed;
}

/** By endpoint, what each got of first picks of many fresh pickers. */
function firstPicks(world: Timed, times = 4_000): number[] {
  const { length } = world.pool().endpoints;
  return tally(length, times, () => {
    // Any change of the cluster's makes a new picker.
    world.registry.drain(new Set(["a"]));
    world.upstreams.cluster(0);
    world.registry.drain(new Set());
    return world.pool().picker.next();
  });
}

const leave = (world: Timed, at: number): void =>
  world.registry.setVerdict("a", `http://a-${at}.test`, "unhealthy", 0);
const comeBack = (world: Timed, at: number, nowMs: number): void => {
  world.at(nowMs);
  world.registry.setVerdict("a", `http://a-${at}.test`, "healthy", nowMs);
};

// Of two endpoints of weight 2, one came back at 100,000: max(t / 10 s, 10 %) of 2.
const rows = [
  { afterMs: 0, weight: 0.2 },
  { afterMs: 500, weight: 0.2 },
  { afterMs: 1_000, weight: 0.2 },
  { afterMs: 2_500, weight: 0.5 },
  { afterMs: 5_000, weight: 1 },
  { afterMs: 9_000, weight: 1.8 },
  { afterMs: 10_000, weight: 2 },
  { afterMs: 1_000_000, weight: 2 },
];
for (const algorithm of ["round-robin", "least-request"] as const) {
  for (const { afterMs, weight } of rows) {
    Deno.test(`slow start, ${algorithm}: ${afterMs} ms after its return a weight of 2 counts ${weight}`, () => {
      const world = setUp({ endpoints: [{ weight: 2 }, { weight: 2 }], algorithm });
      leave(world, 1);
      comeBack(world, 1, 100_000);
      world.at(100_000 + afterMs);
      assertShares(firstPicks(world), [2, weight]);
    });
  }
}

const aggressionRows = [
  { aggression: 2, weight: Math.sqrt(0.25) }, // (1/4)^(1/2)
  { aggression: 0.5, weight: 0.1 }, // (1/4)^2 = 0.0625: the minimum holds
];
for (const { aggression, weight } of aggressionRows) {
  Deno.test(`slow start: aggression ${aggression} makes ${weight} of a quarter of the window`, () => {
    const world = setUp({ endpoints: 2, slowStart: { ...slowStart, aggression } });
    leave(world, 1);
    comeBack(world, 1, 100_000);
    world.at(102_500);
    assertShares(firstPicks(world), [1, weight]);
  });
}

Deno.test("slow start: nobody is in it when an isolate begins", () => {
  const world = setUp({ endpoints: 3 });
  assertShares(firstPicks(world), [1, 1, 1]);
});

Deno.test("slow start: an endpoint that a push brings is in it, one that was there is not", () => {
  const world = setUp({ endpoints: 2 });
  world.at(50_000);
  world.push({ endpoints: 3 });
  assert.deepEqual(
    world.pool().endpoints.map(({ record }) => record.inServiceSinceMs),
    [-Infinity, -Infinity, 50_000],
  );
  world.at(55_000);
  assertShares(firstPicks(world), [1, 1, 0.5]);
  // A further push changes nothing of that; one that drops it and one that names it again do.
  world.push({ endpoints: 3 });
  assertShares(firstPicks(world), [1, 1, 0.5]);
  world.at(60_000);
  assertShares(firstPicks(world), [1, 1, 1]);
  world.push({ endpoints: 2 });
  world.push({ endpoints: 3 });
  assertShares(firstPicks(world), [1, 1, 0.1]);
});

Deno.test("slow start: a whole cluster that a push brings is not: nobody is slower than anybody", () => {
  const world = setUp({ endpoints: 1 });
  world.at(50_000);
  const clusters = clusterPlans({ a: 1, b: { endpoints: 2, slowStart } });
  const upstreams = upstreamsOf(clusters, world.registry, { now: () => 50_000 });
  for (const { record } of upstreams.cluster(1).endpoints) {
    assert.equal(record.inServiceSinceMs, -Infinity);
  }
});

Deno.test("slow start: the end of an ejection begins it", () => {
  const world = setUp({ endpoints: 2, outlier: { ...defaultOutlier, consecutive5xx: 1 } });
  world.registry.report(
    world.upstreams.cluster(0).plan,
    world.pool().endpoints[0]!.record,
    "no-answer",
    0,
  );
  assert.equal(world.pool().endpoints.length, 1);
  world.at(30_000);
  world.at(35_000);
  assertShares(firstPicks(world), [0.5, 1]);
});

Deno.test("slow start: an endpoint alone in its level has all its weight", () => {
  const world = setUp({ endpoints: [{}, { priority: 1 }] });
  leave(world, 0);
  const { epoch } = world.registry;
  comeBack(world, 0, 1_000);
  assert.equal(world.pool().picker.next(), 0);
  // So nothing has to be built anew at the end of a window that nobody is in.
  world.at(50_000);
  assert.equal(world.registry.epoch, epoch + 1);
});

Deno.test("slow start: once it is over, pools are built anew, once", () => {
  const world = setUp({ endpoints: 2 });
  leave(world, 0);
  comeBack(world, 0, 1_000);
  const warm = world.pool();
  world.at(10_999);
  assert.equal(world.pool(), warm);
  world.at(11_000);
  const cold = world.pool();
  assert.notEqual(cold, warm);
  const { epoch } = world.registry;
  world.at(1_000_000);
  assert.equal(world.pool(), cold);
  assert.equal(world.registry.epoch, epoch);
});

Deno.test("slow start: each level's pools are built anew when its own is over", () => {
  const world = setUp({
    endpoints: [{}, {}, { priority: 1 }, { priority: 1 }],
    algorithm: "least-request",
  });
  // Two draws with replacement among two, the load of one above that of the other: 1 of 4.
  const isPowerOfTwo = (level: number): boolean => {
    const { endpoints, picker } = world.pool(level);
    endpoints[0]!.record.active = 9;
    const counts = tally(2, 400, () => picker.next());
    endpoints[0]!.record.active = 0;
    return counts[0]! > 60;
  };
  leave(world, 0);
  leave(world, 2);
  comeBack(world, 0, 1_000);
  comeBack(world, 2, 6_000);
  assert.deepEqual([0, 1].map(isPowerOfTwo), [false, false]);
  world.at(10_999);
  assert.deepEqual([0, 1].map(isPowerOfTwo), [false, false]);
  world.at(11_000);
  assert.deepEqual([0, 1].map(isPowerOfTwo), [true, false]);
  world.at(16_000);
  assert.deepEqual([0, 1].map(isPowerOfTwo), [true, true]);
});

Deno.test("slow start: least request weighs load by it, and returns to the power of two choices", () => {
  const world = setUp({ endpoints: 2, algorithm: "least-request" });
  leave(world, 1);
  comeBack(world, 1, 100_000);
  world.at(105_000);
  // Weights 1 and 0.5, over one more than the requests in flight: 1/4 and 0.5/1.
  world.pool().endpoints[0]!.record.active = 3;
  assertShares(firstPicks(world), [0.25, 0.5]);
  world.at(110_000);
  assertShares(tally(2, 4_000, () => world.pool().picker.next()), [0.25, 0.75]);
});

Deno.test("slow start: keys know nothing of it", () => {
  const world = setUp({ endpoints: 2 });
  const homes = (): number[] =>
    Array.from({ length: 500 }, (_, i) => world.pool().picker.forKey(i * 7_919));
  const before = homes();
  leave(world, 1);
  comeBack(world, 1, 1_000);
  assert.deepEqual(homes(), before);
  assert.deepEqual(world.pool().picker.shares(), [0.5, 0.5]);
});

for (const algorithm of ["random", "ring-hash", "maglev"] as const) {
  Deno.test(`slow start: ${algorithm} knows nothing of it`, () => {
    const world = setUp({ endpoints: 2, algorithm });
    leave(world, 1);
    comeBack(world, 1, 1_000);
    assertShares(tally(2, 4_000, () => world.pool().picker.next()), world.pool().picker.shares());
  });
}

Deno.test("slow start: turned off by a push, it is over", () => {
  const world = setUp({ endpoints: 2 });
  leave(world, 1);
  comeBack(world, 1, 1_000);
  assert.equal(world.pool().endpoints.length, 2);
  world.push({ endpoints: 2, slowStart: null });
  assertShares(firstPicks(world), [1, 1]);
  const { epoch } = world.registry;
  world.at(50_000);
  assert.equal(world.registry.epoch, epoch, "nothing is left to be built anew");
});

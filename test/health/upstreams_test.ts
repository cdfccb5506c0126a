import assert from "node:assert/strict";
import type { Availability, Cluster } from "../../src/health/upstreams.ts";
import { clusterPlans, type ClusterSpec, upstreamsOf, worldOf } from "../support/plans.ts";
import { assertShares, seededRandom, tally } from "../support/random.ts";

/** Indices of endpoints, by level. */
const levels = (cluster: Cluster, availability: Availability): number[][] =>
  cluster.levels.map((level) => level[availability].endpoints.map(({ plan }) => plan.index));

interface Row {
  readonly name: string;
  readonly spec: number | ClusterSpec;
  readonly down?: readonly string[];
  readonly healthy: readonly (readonly number[])[];
  readonly all: readonly (readonly number[])[];
}

const rows: readonly Row[] = [
  { name: "no endpoints", spec: 0, healthy: [], all: [] },
  { name: "one level", spec: 3, healthy: [[0, 1, 2]], all: [[0, 1, 2]] },
  {
    name: "levels by priority, whatever the order and the numbers",
    spec: { endpoints: [{ priority: 7 }, { priority: 2 }, { priority: 7 }, { priority: 100 }] },
    healthy: [[1], [0, 2], [3]],
    all: [[1], [0, 2], [3]],
  },
  { name: "one ejected", spec: 3, down: ["a/1"], healthy: [[0, 2]], all: [[0, 1, 2]] },
  {
    name: "a level ejected stays a level",
    spec: { endpoints: [{}, { priority: 1 }] },
    down: ["a/0"],
    healthy: [[], [1]],
    all: [[0], [1]],
  },
  {
    name: "weight 0 is in no level, in panic neither",
    spec: { endpoints: [{ weight: 0 }, {}, { weight: 0, priority: 1 }] },
    down: ["a/1"],
    healthy: [[]],
    all: [[1]],
  },
  { name: "nobody but weight 0", spec: { endpoints: [{ weight: 0 }] }, healthy: [], all: [] },
];
for (const { name, spec, down = [], healthy, all } of rows) {
  Deno.test(`upstreams: ${name}`, () => {
    const { upstreams, clusters, eject } = worldOf({ a: spec });
    eject(0, ...down);
    const cluster = upstreams.cluster(0);
    assert.equal(cluster.plan, clusters[0]);
    assert.deepEqual(levels(cluster, "healthy"), healthy);
    assert.deepEqual(levels(cluster, "all"), all);
    assert.deepEqual(levels(cluster, "degraded"), all.map(() => []));
    assert.deepEqual(cluster.endpoints.map(({ plan }) => plan), clusters[0]!.endpoints);
  });
}

Deno.test("upstreams: a cluster is rebuilt when its own health changed, and only then", () => {
  const { upstreams, registry, eject } = worldOf({ a: 2, b: 2 });
  const [a, b] = [upstreams.cluster(0), upstreams.cluster(1)];
  assert.equal(upstreams.cluster(0), a);
  const { epoch } = upstreams;
  eject(0, "b/0");
  assert.notEqual(upstreams.epoch, epoch);
  assert.equal(upstreams.cluster(0), a);
  const ejected = upstreams.cluster(1);
  assert.notEqual(ejected, b);
  assert.equal(upstreams.cluster(1), ejected);
  registry.settle(29_999);
  assert.equal(upstreams.cluster(1), ejected);
  registry.settle(30_000);
  assert.deepEqual(levels(upstreams.cluster(1), "healthy"), [[0, 1]]);
  assert.equal(upstreams.cluster(0), a);
});

Deno.test("upstreams: a new plan finds the health of the one before", () => {
  const { registry, eject, upstreams } = worldOf({ gone: 1, a: 2 });
  eject(0, "a/0", "gone");
  const { epoch } = upstreams;
  const next = upstreamsOf(clusterPlans({ b: 1, a: 3 }), registry);
  assert.notEqual(next.epoch, epoch);
  assert.deepEqual(levels(next.cluster(1), "healthy"), [[1, 2]]);
  registry.settle(30_000);
  assert.deepEqual(levels(next.cluster(1), "healthy"), [[0, 1, 2]]);
});

Deno.test("upstreams: a cluster that a plan does not name is forgotten", () => {
  const { registry, eject } = worldOf({ gone: 1, a: 1 });
  eject(0, "gone");
  for (const names of [{ a: 1 }, { a: 1, gone: 1 }]) {
    const upstreams = upstreamsOf(clusterPlans(names), registry);
    for (const [index] of Object.keys(names).entries()) {
      assert.deepEqual(levels(upstreams.cluster(index), "healthy"), [[0]]);
    }
  }
});

Deno.test("upstreams: turning outlier detection off brings everyone back at once", () => {
  const { registry, eject } = worldOf({ a: 2 });
  eject(0, "a/0");
  const off = clusterPlans({ a: { endpoints: 2, outlier: null } });
  const next = upstreamsOf(off, registry);
  assert.deepEqual(levels(next.cluster(0), "healthy"), [[0, 1]]);
});

Deno.test("upstreams: an endpoint's seed depends on its cluster's name and its origin alone", () => {
  const seeds = (specs: Record<string, ClusterSpec>): Map<string, number> => {
    const clusters = clusterPlans(specs);
    const upstreams = upstreamsOf(clusters);
    return new Map(
      clusters.flatMap(({ name, index }) =>
        upstreams.cluster(index).endpoints.map(({ plan, seed }) => [`${name} ${plan.origin}`, seed])
      ),
    );
  };
  const [x, y] = [{ origin: "https://x.test" }, { origin: "https://y.test" }];
  const before = seeds({ a: { endpoints: [x, y] }, b: { endpoints: [x] } });
  const after = seeds({
    b: { endpoints: [{ ...x, weight: 5, priority: 3 }] },
    a: { endpoints: [y, x] },
  });
  assert.equal(new Set(before.values()).size, 3);
  for (const [name, seed] of before) assert.equal(after.get(name), seed);
});

Deno.test("upstreams: each pool's seeds and weights are its own endpoints'", () => {
  const endpoints = [{ weight: 3 }, { weight: 1 }, { weight: 2, priority: 1 }];
  const { upstreams, eject } = worldOf({ a: { endpoints } });
  eject(0, "a/0");
  for (const level of upstreams.cluster(0).levels) {
    for (const pool of [level.healthy, level.all]) {
      assert.deepEqual(pool.weights, pool.endpoints.map(({ plan }) => plan.weight));
      assert.deepEqual(pool.seeds, pool.endpoints.map(({ seed }) => seed));
    }
  }
});

Deno.test("upstreams: round robin keeps the weights exactly, random on the whole", () => {
  const endpoints = [{ weight: 3 }, { weight: 1 }];
  const { upstreams } = worldOf({
    turns: { endpoints },
    chance: { endpoints, algorithm: "random" },
  });
  const [turns, chance] = [0, 1].map((index) => upstreams.cluster(index).levels[0]!.healthy);
  for (let cycle = 0; cycle < 50; cycle++) {
    assert.deepEqual(tally(2, 4, () => turns!.picker.next()), [3, 1]);
  }
  assertShares(tally(2, 20_000, () => chance!.picker.next()), [3, 1]);
  const cycles = Array.from({ length: 50 }, () => tally(2, 4, () => chance!.picker.next())[0]);
  assert.ok(new Set(cycles).size > 1, "random picks are no cycle");
});

const ALGORITHMS = ["round-robin", "least-request", "random", "ring-hash", "maglev"] as const;

for (const algorithm of ALGORITHMS) {
  Deno.test(`upstreams: ${algorithm} keeps the weights, by chance and by key`, () => {
    const endpoints = [{ weight: 3 }, { weight: 1 }];
    const { upstreams } = worldOf({ a: { endpoints, algorithm } });
    const { picker } = upstreams.cluster(0).levels[0]!.healthy;
    // Rings and tables hold whole places: their own shares are what is kept exactly.
    const shares = picker.shares();
    assert.ok(Math.abs(shares[0]! - 0.75) < 0.1, `${shares}`);
    assertShares(tally(2, 20_000, () => picker.next()), shares);
    const random = seededRandom(5);
    const key = (): number => Math.floor(random() * 2 ** 32);
    assertShares(tally(2, 20_000, () => picker.forKey(key())), shares);
  });

  Deno.test(`upstreams: ${algorithm}: an ejection moves the keys of who left, and no other`, () => {
    const { upstreams, eject } = worldOf({ a: { endpoints: [{}, {}, {}, {}, {}], algorithm } });
    const homes = (): string[] => {
      const { picker, endpoints } = upstreams.cluster(0).levels[0]!.healthy;
      return Array.from(
        { length: 2_000 },
        (_, i) => endpoints[picker.forKey(i * 2_147_483)]!.plan.origin,
      );
    };
    const before = homes();
    eject(0, "a/2");
    const gone = upstreams.cluster(0).endpoints[2]!.plan.origin;
    const after = homes();
    const moved = before.filter((origin, i) => origin !== gone && after[i] !== origin).length;
    // A maglev table is built anew: of those that could stay, few move too.
    assert.ok(moved <= (algorithm === "maglev" ? 200 : 0), `${moved} moved`);
    assert.ok(!after.includes(gone));
  });
}

Deno.test("upstreams: least request goes to who has less in flight", () => {
  const { upstreams } = worldOf({ a: { endpoints: [{}, {}], algorithm: "least-request" } });
  const { picker, endpoints } = upstreams.cluster(0).levels[0]!.healthy;
  endpoints[0]!.record.active = 5;
  // Two draws with replacement: only when both fall on the busy one, it is taken.
  assertShares(tally(2, 20_000, () => picker.next()), [0.25, 0.75]);
});

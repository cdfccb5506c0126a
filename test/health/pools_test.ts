/** The pools of a level: who is in them, and with which weights, localities and all. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Availability, Cluster, Level, Pool } from "../../src/health/upstreams.ts";
import type { LocalitySetting } from "../../src/plan/locality.ts";
import type { Algorithm, EndpointPlan } from "../../src/plan/plan.ts";
import { clusterPlans, type ClusterSpec, statesOf, upstreamsOf } from "../support/plans.ts";
import { assertShares, seededRandom, tally } from "../support/random.ts";

/** An endpoint in `region/zone`, with ` *weight` unless that is 1. */
function endpoint(written: string): Partial<EndpointPlan> {
  const [place, weight = "1"] = written.split(" *");
  const [region = "", zone = ""] = place!.split("/");
  return { locality: { region, zone, subzone: "" }, weight: Number(weight) };
}

const distribute = (to: Readonly<Record<string, number>>): LocalitySetting => ({
  kind: "distribute",
  distribute: [{ from: "here/*", to: Object.entries(to) }],
});

/** One cluster as a gateway in `here/one` sees it; `states` as in `statesOf`. */
const clusterOf = (spec: ClusterSpec, states: string): Cluster =>
  upstreamsOf(clusterPlans({ a: spec }), undefined, {
    caller: { locality: { region: "here", zone: "one", subzone: "" }, labels: {} },
    random: seededRandom(3),
    stateOf: statesOf({ a: states }),
  }).cluster(0);

const round = (shares: readonly number[]): number[] =>
  shares.map((one) => Math.round(one * 1e9) / 1e9);

/** By the endpoint's place in the policy: what the pool gives it, of 1. */
function sharesIn(pool: Pool, count: number): number[] {
  const shares = new Array<number>(count).fill(0);
  pool.picker.shares().forEach((share, i) => shares[pool.endpoints[i]!.plan.index] = share);
  return round(shares);
}

interface MemberRow {
  readonly states: string;
  readonly healthy: readonly number[];
  readonly degraded: readonly number[];
  readonly all: readonly number[];
  readonly excluded: number;
}
const memberRows: readonly MemberRow[] = [
  { states: "...", healthy: [0, 1, 2], degraded: [], all: [0, 1, 2], excluded: 0 },
  { states: ".~x", healthy: [0], degraded: [1], all: [0, 1, 2], excluded: 0 },
  { states: "~~~", healthy: [], degraded: [0, 1, 2], all: [0, 1, 2], excluded: 0 },
  { states: "--.", healthy: [2], degraded: [], all: [0, 1, 2], excluded: 2 },
  { states: "|.|", healthy: [1], degraded: [], all: [1], excluded: 0 },
  { states: "|||", healthy: [], degraded: [], all: [], excluded: 0 },
  { states: "x-|", healthy: [], degraded: [], all: [0, 1], excluded: 1 },
];
const settings: Readonly<Record<string, LocalitySetting | null>> = {
  "no localities": null,
  "one locality that gets it all": distribute({ "here/*": 100 }),
};
for (const [kind, locality] of Object.entries(settings)) {
  for (const { states, healthy, degraded, all, excluded } of memberRows) {
    Deno.test(`pools, ${kind}: who is where of ${states}`, () => {
      const [level] = clusterOf(
        { endpoints: new Array(3).fill(endpoint("here/one")), locality },
        states,
      )
        .levels as [Level];
      const indices = (of: Availability): number[] =>
        level[of].endpoints.map(({ plan }) => plan.index);
      assert.deepEqual(
        {
          healthy: indices("healthy"),
          degraded: indices("degraded"),
          all: indices("all"),
          excluded: level.excluded,
        },
        { healthy, degraded, all, excluded },
      );
    });
  }
}

interface Row {
  readonly name: string;
  /** Each `region/zone *weight`. */
  readonly endpoints: readonly string[];
  readonly to: Readonly<Record<string, number>>;
  readonly overprovisioning?: number;
  readonly states: string;
  /** Of 1, by endpoint; absent: nobody is in that pool. */
  readonly healthy?: readonly number[];
  readonly degraded?: readonly number[];
}

// eff = weight × min(100, 140 × healthy / (hosts - excluded)), share = eff / Σ eff.
const rows: readonly Row[] = [
  {
    name: "all up: as the policy says",
    endpoints: ["here/one", "here/one", "there/x"],
    to: { "here/*": 80, "there/*": 20 },
    states: "...",
    healthy: [0.4, 0.4, 0.2],
  },
  {
    name: "by weight inside a locality",
    endpoints: ["here/one *3", "here/one", "there/x *7"],
    to: { "here/*": 80, "there/*": 20 },
    states: "...",
    healthy: [0.6, 0.2, 0.2],
  },
  {
    // 80 × 70 = 5600, 20 × 100 = 2000: 14/19 and 5/19.
    name: "half of a locality is down",
    endpoints: ["here/one", "here/one", "there/x"],
    to: { "here/*": 80, "there/*": 20 },
    states: "x..",
    healthy: [0, 14 / 19, 5 / 19],
  },
  {
    // 3 of 4: 105, so 100.
    name: "overprovisioning covers a quarter",
    endpoints: ["here/one", "here/one", "here/one", "here/one", "there/x"],
    to: { "here/*": 80, "there/*": 20 },
    states: "x....",
    healthy: [0, 0.8 / 3, 0.8 / 3, 0.8 / 3, 0.2],
  },
  {
    // 80 × 50, 20 × 100: 4000 and 2000.
    name: "its own overprovisioning",
    endpoints: ["here/one", "here/one", "there/x"],
    to: { "here/*": 80, "there/*": 20 },
    overprovisioning: 100,
    states: "x..",
    healthy: [0, 2 / 3, 1 / 3],
  },
  {
    name: "a locality is down: the others by their weights",
    endpoints: ["here/one", "there/x", "yonder/y"],
    to: { "here/*": 70, "there/*": 20, "yonder/*": 10 },
    states: "x..",
    healthy: [0, 2 / 3, 1 / 3],
  },
  {
    // Two of two counted are up: 140, so 100.
    name: "who is excluded is not missing",
    endpoints: ["here/one", "here/one", "here/one", "there/x"],
    to: { "here/*": 50, "there/*": 50 },
    states: "-...",
    healthy: [0, 0.25, 0.25, 0.5],
  },
  {
    // One of two counted is up: 50 × 70 = 3500 and 5000.
    name: "beside one who is excluded, another is missing",
    endpoints: ["here/one", "here/one", "here/one", "there/x"],
    to: { "here/*": 50, "there/*": 50 },
    states: "-x..",
    healthy: [0, 0, 7 / 17, 10 / 17],
  },
  {
    name: "a locality of none but excluded ones",
    endpoints: ["here/one", "there/x"],
    to: { "here/*": 50, "there/*": 50 },
    states: "-.",
    healthy: [0, 1],
  },
  {
    // Healthy: 80 × 70, 20 × 70. Degraded: 80 × 70, 20 × 0.
    name: "degraded ones have a schedule of their own",
    endpoints: ["here/one", "here/one", "there/x", "there/x"],
    to: { "here/*": 80, "there/*": 20 },
    states: ".~.x",
    healthy: [0.8, 0, 0.2, 0],
    degraded: [0, 1, 0, 0],
  },
  {
    // 80 × 46.67 and 20 × 100.
    name: "none but degraded ones",
    endpoints: ["here/one", "here/one", "here/one", "there/x"],
    to: { "here/*": 80, "there/*": 20 },
    states: "~xx~",
    degraded: [5600 / 8600, 0, 0, 3000 / 8600],
  },
  {
    name: "a locality that no rule names gets nothing",
    endpoints: ["here/one", "there/x"],
    to: { "here/*": 100 },
    states: "..",
    healthy: [1, 0],
  },
  {
    // ceil(80 × 1/3) = 27, ceil(80 × 2/3) = 54, 20: of 101.
    name: "a rule's weight is shared by its localities' weights, rounded up",
    endpoints: ["here/one", "here/two *2", "there/x"],
    to: { "here/*": 80, "there/*": 20 },
    states: "...",
    healthy: [27 / 101, 54 / 101, 20 / 101],
  },
];
for (const { name, endpoints, to, overprovisioning = 140, states, healthy, degraded } of rows) {
  Deno.test(`pools by locality: ${name}`, () => {
    const spec = { endpoints: endpoints.map(endpoint), locality: distribute(to), overprovisioning };
    const [level] = clusterOf(spec, states).levels as [Level];
    for (const [of, want] of [["healthy", healthy], ["degraded", degraded]] as const) {
      const pool = level[of];
      if (want === undefined) {
        assert.equal(pool.endpoints.length, 0);
        continue;
      }
      const shares = sharesIn(pool, endpoints.length);
      assert.deepEqual(shares, round(want));
      // Retries draw by these, so they say the same.
      assert.deepEqual(round(pool.weights), round(pool.picker.shares()));
      const byPlace = pool.endpoints.map(({ plan }) => shares[plan.index]!);
      assertShares(tally(byPlace.length, 10_000, () => pool.picker.next()), byPlace);
      assertShares(tally(byPlace.length, 10_000, (i) => pool.picker.forKey(i * 429_497)), byPlace);
    }
  });
}

Deno.test("pools by locality: in panic localities do not count, but those left out stay out", () => {
  const endpoints = ["here/one *3", "there/x", "nowhere/z"].map(endpoint);
  const locality = distribute({ "here/*": 1, "there/*": 99 });
  for (const states of ["x-.", ".x.", "..."]) {
    const [level] = clusterOf({ endpoints, locality }, states).levels as [Level];
    assert.deepEqual(level.all.weights, [3, 1]);
    assert.deepEqual(level.all.picker.shares(), [0.75, 0.25]);
    assertShares(tally(2, 10_000, () => level.all.picker.next()), [3, 1]);
  }
});

Deno.test("pools by locality: a caller that no rule is for, and other levels, each by itself", () => {
  const endpoints = ["here/one", "there/x", "there/x"].map(endpoint);
  const elsewhere: LocalitySetting = {
    kind: "distribute",
    distribute: [{ from: "there/*", to: [["here/*", 100]] }],
  };
  const [level] = clusterOf({ endpoints, locality: elsewhere }, "...").levels as [Level];
  assert.deepEqual(level.healthy.weights, [1, 1, 1]);

  const levels = clusterOf({
    endpoints: [...endpoints, ...endpoints.map((one) => ({ ...one, priority: 1 }))],
    locality: distribute({ "here/*": 50, "there/*": 50 }),
  }, "x.....").levels;
  assert.deepEqual(levels.map(({ healthy }) => round(healthy.weights)), [
    [0.5, 0.5],
    [0.5, 0.25, 0.25],
  ]);
});

const ALGORITHMS: readonly Algorithm[] = [
  "round-robin",
  "least-request",
  "random",
  "ring-hash",
  "maglev",
];
for (const algorithm of ALGORITHMS) {
  Deno.test(`pools by locality: ${algorithm} inside each, by chance and by key`, () => {
    const endpoints = ["here/one *3", "here/one", "there/x", "there/x", "yonder/y"].map(endpoint);
    const locality = distribute({ "here/*": 60, "there/*": 30, "yonder/*": 10 });
    const cluster = clusterOf({ endpoints, locality, algorithm }, "....x");
    const { picker } = cluster.levels[0]!.healthy;
    const shares = picker.shares();
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
    const place = shares[0]! + shares[1]!;
    assert.ok(Math.abs(place - 2 / 3) < 1e-9, `${place}`);
    assertShares(tally(4, 20_000, () => picker.next()), shares);
    const random = seededRandom(5);
    assertShares(tally(4, 20_000, () => picker.forKey(Math.floor(random() * 2 ** 32))), shares);
  });
}

Deno.test("pools by locality: least request counts what its own endpoints have in flight", () => {
  const endpoints = ["there/x", "here/one", "here/one"].map(endpoint);
  const locality = distribute({ "here/*": 50, "there/*": 50 });
  const cluster = clusterOf({ endpoints, locality, algorithm: "least-request" }, "...");
  cluster.endpoints[2]!.record.active = 5;
  const { picker } = cluster.levels[0]!.healthy;
  assertShares(tally(3, 20_000, () => picker.next()), [0.5, 0.375, 0.125]);
});

Deno.test("pools by locality: endpoint by endpoint down, a key moves only where it must", () => {
  const endpoints = ["here/one", "here/one", "there/x", "there/x", "yonder/y"].map(endpoint);
  const locality = distribute({ "here/*": 50, "there/*": 40, "yonder/*": 10 });
  const states = fc.array(fc.constantFrom(".", "x", "-"), { minLength: 5, maxLength: 5 });
  fc.assert(fc.property(states, fc.nat(4), (before, hit) => {
    fc.pre(before[hit] === ".");
    const homes = (letters: readonly string[]): (string | undefined)[] => {
      const { picker, endpoints } = clusterOf({ endpoints: spec, locality }, letters.join(""))
        .levels[0]!.healthy;
      return Array.from(
        { length: 200 },
        (_, i) => endpoints[picker.forKey(i * 21_474_837)]?.plan.origin,
      );
    };
    const spec = endpoints;
    const was = homes(before);
    const is = homes(before.with(hit, "x"));
    const place = endpoints[hit]!.locality!.region;
    const placeOf = (origin: string): string =>
      endpoints[Number(origin.match(/-(\d)/)![1])]!.locality!.region;
    was.forEach((home, i) => {
      // The place that lost an endpoint may lose keys; the others lose none to each other.
      if (placeOf(home!) !== place) assert.equal(is[i], home);
      else if (is[i] !== undefined && placeOf(is[i]) === place && !home!.includes(`-${hit}.`)) {
        assert.equal(is[i], home);
      }
    });
  }));
});

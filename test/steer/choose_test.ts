import assert from "node:assert/strict";
import * as fc from "fast-check";
import { murmur3 } from "../../src/balance/hash.ts";
import type { ForwardPlan } from "../../src/plan/plan.ts";
import {
  type Choice,
  choose,
  type Draw,
  memberSeed,
  type NoChoice,
} from "../../src/steer/choose.ts";
import { shareOut } from "../../src/steer/shares.ts";
import { type ClusterSpec, forwardPlan, type World, worldOf } from "../support/plans.ts";
import { assertShares, seededRandom } from "../support/random.ts";

const byChance = (seed: number): Draw => ({
  key: null,
  random: seededRandom(seed),
  admit: () => true,
});
const byKey = (caller: number | string): Draw => ({
  admit: () => true,
  key: murmur3(`caller ${caller}`),
  random: () => assert.fail("a sticky draw is no matter of chance"),
});

const chooseIn = ({ upstreams }: World, route: ForwardPlan, draw: Draw): Choice | NoChoice =>
  choose(route, shareOut(route, (index) => upstreams.cluster(index)), upstreams, draw);

/** `cluster/index`, or `unserved`. */
const nameOf = (choice: Choice | NoChoice): string =>
  typeof choice === "string"
    ? "unserved"
    : `${choice.cluster.plan.name}/${choice.endpoint.plan.index}`;

/** The probability of each endpoint, from the shares alone. */
function expected({ upstreams }: World, route: ForwardPlan): Map<string, number> {
  const shares = shareOut(route, (index) => upstreams.cluster(index));
  const total = shares.reduce((sum, { weight }) => sum + weight, 0);
  const result = new Map<string, number>();
  const add = (name: string, share: number): void => {
    result.set(name, (result.get(name) ?? 0) + share);
  };
  for (const { weight, slices } of shares) {
    if (slices.length === 0) add("unserved", weight / total);
    for (const { cluster, level, pool, percent } of slices) {
      const { plan, levels } = upstreams.cluster(cluster);
      const { endpoints, weights } = levels[level]![pool];
      const sum = weights.reduce((a, b) => a + b, 0);
      endpoints.forEach((endpoint, i) =>
        add(
          `${plan.name}/${endpoint.plan.index}`,
          weight / total * percent / 100 * weights[i]! / sum,
        )
      );
    }
  }
  return result;
}

interface State {
  readonly name: string;
  readonly clusters: Readonly<Record<string, number | ClusterSpec>>;
  readonly split: Readonly<Record<string, number>>;
  readonly failover?: readonly string[];
  readonly down?: readonly string[];
}

const states: readonly State[] = [
  { name: "one cluster", clusters: { a: 3 }, split: { a: 1 } },
  { name: "all up", clusters: { a: 2, b: 1, c: 3 }, split: { a: 70, b: 25, c: 5 } },
  {
    name: "endpoints of different weight",
    clusters: { a: { endpoints: [{ weight: 3 }, { weight: 1 }, { weight: 0 }] }, b: 2 },
    split: { a: 1, b: 1 },
  },
  {
    name: "random balancing",
    clusters: { a: { endpoints: [{ weight: 3 }, { weight: 1 }], algorithm: "random" }, b: 2 },
    split: { a: 2, b: 1 },
  },
  {
    name: "a member partly down, no failover",
    clusters: { a: 4, b: 2 },
    split: { a: 80, b: 20 },
    down: ["a/0", "a/2"],
  },
  {
    name: "a member down, no failover",
    clusters: { a: 2, b: 2, c: 1 },
    split: { a: 80, b: 15, c: 5 },
    down: ["a"],
  },
  { name: "all down", clusters: { a: 2, b: 3 }, split: { a: 3, b: 1 }, down: ["a", "b"] },
  {
    name: "spill along a chain",
    clusters: { a: { endpoints: [{}, {}, { priority: 1 }, { priority: 1 }] }, p: 2, q: 1 },
    split: { a: 1 },
    failover: ["p", "q"],
    down: ["a/0", "a/2", "a/3"],
  },
  {
    name: "members with a failover, one in panic with it",
    clusters: { a: 2, b: 2, p: 1 },
    split: { a: 60, b: 40 },
    failover: ["p"],
    down: ["a", "p", "b/1"],
  },
  {
    name: "a share that nobody serves",
    clusters: { a: { endpoints: 2, panicThreshold: 0 }, b: 1 },
    split: { a: 30, b: 70 },
    failover: [],
    down: ["a"],
  },
  {
    name: "a split of zeros",
    clusters: { a: 1, p: 2, q: 1 },
    split: { a: 0 },
    failover: ["p", "q"],
    down: ["p/0"],
  },
];
for (const { name, clusters, split, failover = null, down = [] } of states) {
  const draws = { chance: () => byChance(77), keys: byKey };
  for (const [how, drawFor] of Object.entries(draws)) {
    Deno.test(`choose draws what the shares say, by ${how}: ${name}`, () => {
      const world = worldOf(clusters, seededRandom(5));
      world.eject(0, ...down);
      const route = forwardPlan(world.clusters, split, { failover });
      const shares = shareOut(route, (index) => world.upstreams.cluster(index));
      const want = expected(world, route);
      const counts = new Map<string, number>();
      const chance = drawFor(0);
      for (let i = 0; i < 200_000; i++) {
        const draw = how === "chance" ? chance : byKey(i);
        const drawn = nameOf(choose(route, shares, world.upstreams, draw));
        counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
      }
      const names = [...new Set([...want.keys(), ...counts.keys()])];
      assertShares(
        names.map((name) => counts.get(name) ?? 0),
        names.map((name) => want.get(name) ?? 0),
        names.join(" "),
      );
    });
  }
}

Deno.test("choose: by key, a caller keeps to one endpoint", () => {
  const world = worldOf({ a: 5, b: 5, p: 5 });
  const route = forwardPlan(world.clusters, { a: 50, b: 50 }, { failover: ["p"] });
  for (let caller = 0; caller < 200; caller++) {
    const first = nameOf(chooseIn(world, route, byKey(caller)));
    for (let i = 0; i < 5; i++) assert.equal(nameOf(chooseIn(world, route, byKey(caller))), first);
  }
});

Deno.test("choose: by key, the same on every isolate, and pinned from version to version", () => {
  const world = worldOf({ a: 3, b: 3 });
  const route = forwardPlan(world.clusters, { a: 50, b: 50 });
  const drawn = Array.from({ length: 12 }, (_, i) => nameOf(chooseIn(world, route, byKey(i))));
  // What the first version drew. A change here moves every sticky caller of every installation.
  assert.equal(
    drawn.join(" "),
    "a/2 b/2 a/1 a/0 a/0 b/2 b/2 a/2 b/2 b/0 b/1 b/0",
  );
  assert.equal(memberSeed("aws"), murmur3("aws"));
});

Deno.test("choose: nobody at all", () => {
  const world = worldOf({ a: 0 });
  const route = forwardPlan(world.clusters, { a: 1 });
  assert.equal(chooseIn(world, route, byChance(1)), "no_healthy_upstream");
  assert.equal(chooseIn(world, route, byKey(1)), "no_healthy_upstream");
});

Deno.test("choose: panic off, everyone down, then one back", () => {
  const world = worldOf({ a: { endpoints: 2, panicThreshold: 0 } });
  const route = forwardPlan(world.clusters, { a: 1 });
  world.eject(0, "a/0");
  world.eject(5_000, "a/1");
  assert.equal(chooseIn(world, route, byChance(1)), "no_healthy_upstream");
  world.registry.settle(30_000);
  assert.equal(nameOf(chooseIn(world, route, byChance(1))), "a/0");
});

Deno.test("choose: weight 0 gets nothing, in panic neither", () => {
  const endpoints = [{ weight: 0 }, {}, { weight: 0, priority: 1 }];
  const world = worldOf({ a: { endpoints }, b: 1 });
  const route = forwardPlan(world.clusters, { a: 1, b: 0 });
  for (const down of [[], ["a/1"], ["a", "b"]]) {
    world.eject(0, ...down);
    for (let i = 0; i < 500; i++) {
      assert.equal(nameOf(chooseIn(world, route, byChance(i))), "a/1");
      assert.equal(nameOf(chooseIn(world, route, byKey(i))), "a/1");
    }
  }
});

const memberRows = [
  { name: "the drawn member", split: { a: 1 }, failover: [], down: [], want: "a" },
  {
    name: "a failover's traffic keeps it",
    split: { a: 1 },
    failover: ["p"],
    down: ["a"],
    want: "a",
  },
  {
    name: "a failover that is a member brings its own",
    split: { a: 1, p: 0 },
    failover: ["p"],
    down: ["a"],
    want: "p",
  },
  {
    name: "a split of zeros: the first",
    split: { a: 0, b: 0 },
    failover: ["p"],
    down: [],
    want: "a",
  },
];
for (const { name, split, failover, down, want } of memberRows) {
  Deno.test(`choose: whose header policy applies: ${name}`, () => {
    const world = worldOf({ a: 1, b: 1, p: 1 });
    world.eject(0, ...down);
    const route = forwardPlan(world.clusters, split as Record<string, number>, { failover });
    const { member } = chooseIn(world, route, byChance(1)) as Choice;
    assert.equal(world.clusters[member.cluster]!.name, want);
  });
}

const SIZES = { a: 3, b: 2, c: 4, d: 1 };
const CALLERS = 150;
const anyWeight = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1000 }));
const anyWeights = fc.tuple(anyWeight, anyWeight, anyWeight, anyWeight)
  .filter((weights) => weights.some((weight) => weight > 0))
  .map(([a, b, c, d]) => ({ a, b, c, d }));

Deno.test("stickiness: a change of weights moves only the callers that must move", () => {
  const change = fc.record({
    before: anyWeights,
    pick: fc.constantFrom("a", "b", "c", "d"),
    to: anyWeight,
    failover: fc.constantFrom(null, [], ["d"]),
  });
  fc.assert(fc.property(change, ({ before, pick, to, failover }) => {
    const after = { ...before, [pick]: to };
    fc.pre(Object.values(after).some((weight) => weight > 0));
    const world = worldOf(SIZES);
    const [old, now] = [before, after].map((split) =>
      forwardPlan(world.clusters, split, { failover })
    );
    for (let caller = 0; caller < CALLERS; caller++) {
      const from = nameOf(chooseIn(world, old!, byKey(caller)));
      const target = nameOf(chooseIn(world, now!, byKey(caller)));
      if (from === target) continue;
      const raised = to > before[pick as keyof typeof before];
      assert.equal((raised ? target : from)[0], pick, `${from} to ${target}`);
    }
  }));
});

Deno.test("stickiness: the order of members and endpoints in the document does not matter", () => {
  const shuffled = fc.shuffledSubarray(Object.keys(SIZES), { minLength: 4 });
  fc.assert(fc.property(anyWeights, shuffled, fc.boolean(), (split, order, reversed) => {
    const one = worldOf(SIZES);
    const endpoints = (name: string): ClusterSpec => {
      const list = Array.from({ length: SIZES[name as keyof typeof SIZES] }, (_, i) => ({
        origin: `http://${name}-${i}.test`,
      }));
      return { endpoints: reversed ? list.reverse() : list };
    };
    const other = worldOf(Object.fromEntries(order.map((name) => [name, endpoints(name)])));
    const sorted = Object.fromEntries(
      order.map((name) => [name, split[name as keyof typeof split]]),
    );
    for (let caller = 0; caller < CALLERS; caller++) {
      const [x, y] = [
        chooseIn(one, forwardPlan(one.clusters, split), byKey(caller)),
        chooseIn(other, forwardPlan(other.clusters, sorted), byKey(caller)),
      ];
      assert.equal((x as Choice).endpoint.plan.origin, (y as Choice).endpoint.plan.origin);
    }
  }));
});

Deno.test("stickiness: an ejection moves only the callers of its cluster, and they all return", () => {
  const targets = ["a/0", "a/1", "b/0", "b/1", "c/0", "c/3", "d/0"];
  const downs = fc.uniqueArray(fc.constantFrom(...targets), { minLength: 1, maxLength: 4 });
  fc.assert(fc.property(anyWeights, downs, (split, down) => {
    const world = worldOf(SIZES);
    const route = forwardPlan(world.clusters, split);
    const homes = (): string[] =>
      Array.from({ length: CALLERS }, (_, caller) => nameOf(chooseIn(world, route, byKey(caller))));
    const before = homes();
    world.eject(0, ...down);
    const during = homes();
    const touched = new Set(down.map((name) => name[0]));
    before.forEach((home, caller) => {
      if (!touched.has(home[0]!)) assert.equal(during[caller], home);
    });
    world.registry.settle(30_000);
    assert.deepEqual(homes(), before);
  }));
});

Deno.test("stickiness: inside a cluster that can spare it, only an ejected endpoint's callers move", () => {
  fc.assert(fc.property(fc.nat(9), fc.nat(9), (one, other) => {
    const world = worldOf({ a: 10 });
    const route = forwardPlan(world.clusters, { a: 1 });
    const homes = (): string[] =>
      Array.from({ length: CALLERS }, (_, caller) => nameOf(chooseIn(world, route, byKey(caller))));
    const before = homes();
    const down = [`a/${one}`, `a/${other}`];
    world.eject(0, ...down);
    homes().forEach((home, caller) => {
      assert.equal(home === before[caller], !down.includes(before[caller]!));
    });
    world.registry.settle(30_000);
    assert.deepEqual(homes(), before);
  }));
});

/** What becomes of requests to clusters that have as much as their capacity allows. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { murmur3 } from "../../src/balance/hash.ts";
import type { Upstreams } from "../../src/health/upstreams.ts";
import type { ClusterPlan, ForwardPlan } from "../../src/plan/plan.ts";
import {
  type Choice,
  choose,
  chooseAlone,
  chooseNext,
  type Draw,
  type NoChoice,
} from "../../src/steer/choose.ts";
import { aloneIn, type MemberShare, shareOut } from "../../src/steer/shares.ts";
import {
  clusterPlans,
  type ClusterSpec,
  forwardPlan,
  statesOf,
  upstreamsOf,
} from "../support/plans.ts";
import { assertShares, seededRandom } from "../support/random.ts";

interface Spec {
  /** States of `a`, `b`, `c` and `d`, as many endpoints as letters (see `statesOf`); `..` unless set. */
  readonly states?: Readonly<Record<string, string>>;
  readonly clusters?: Readonly<Record<string, ClusterSpec>>;
  /** `a` and `b` alike unless set. */
  readonly split?: Readonly<Record<string, number>>;
  readonly failover?: readonly string[] | null;
  readonly select?: "nearest" | "fastest";
}

interface Scene {
  readonly clusters: readonly ClusterPlan[];
  readonly upstreams: Upstreams;
  readonly route: ForwardPlan;
  readonly shares: readonly MemberShare[];
}

function sceneOf({ states = {}, clusters = {}, split, failover = null, select }: Spec): Scene {
  const letters: Record<string, string> = { a: "..", b: "..", c: "..", d: "..", ...states };
  const plans = clusterPlans(Object.fromEntries(
    Object.keys(letters).map((
      name,
    ) => [name, { endpoints: letters[name]!.length, ...clusters[name] }]),
  ));
  const upstreams = upstreamsOf(plans, undefined, { stateOf: statesOf(letters) });
  const route = forwardPlan(plans, split ?? { a: 1, b: 1 }, {
    failover,
    select: select ?? "weight",
  });
  const order = select === undefined ? null : [...route.members.keys()];
  const shares = shareOut(route, (index) => upstreams.cluster(index), order);
  return { clusters: plans, upstreams, route, shares };
}

/** Draws that ask, in order, who has room. */
interface Asking extends Draw {
  readonly asked: string[];
  /** Of `asked`, how many had room. */
  admitted: number;
}

function asking(full: ReadonlySet<string>, key: number | null, random = seededRandom(9)): Asking {
  const draw: Asking = {
    key,
    random,
    asked: [],
    admitted: 0,
    admit: ({ name }) => {
      draw.asked.push(name);
      if (full.has(name)) return false;
      draw.admitted++;
      return true;
    },
  };
  return draw;
}

const nameOf = (choice: Choice | NoChoice): string =>
  typeof choice === "string" ? choice : choice.cluster.plan.name;

interface Row extends Spec {
  readonly name: string;
  readonly full: readonly string[];
  /** How often who takes a request, relative to each other; `over_capacity` as it is. */
  readonly want: Readonly<Record<string, number>>;
}

const rows: readonly Row[] = [
  { name: "nobody is full", full: [], want: { a: 1, b: 1 } },

  // Without failover: to the other members, by their weights.
  { name: "one of two members", full: ["a"], want: { b: 1 } },
  {
    name: "one of three members",
    split: { a: 70, b: 20, c: 10 },
    full: ["a"],
    want: { b: 2, c: 1 },
  },
  {
    name: "two of three members",
    split: { a: 70, b: 20, c: 10 },
    full: ["a", "b"],
    want: { c: 1 },
  },
  { name: "all members", full: ["a", "b"], want: { over_capacity: 1 } },
  { name: "one alone", split: { a: 1 }, full: ["a"], want: { over_capacity: 1 } },
  {
    name: "not to a member of weight 0",
    split: { a: 1, b: 0 },
    full: ["a"],
    want: { over_capacity: 1 },
  },
  {
    name: "not to a member that is down while others are up",
    states: { b: "xx" },
    split: { a: 80, b: 10, c: 10 },
    full: ["a"],
    want: { c: 1 },
  },
  {
    name: "the other member only degraded",
    states: { b: "~~" },
    full: ["a"],
    want: { b: 1 },
  },
  {
    name: "the other member scaled by its health",
    // 10 × 0.7 and 10.
    states: { b: ".x" },
    split: { a: 80, b: 10, c: 10 },
    full: ["a"],
    want: { b: 7, c: 10 },
  },
  {
    name: "the other member drained",
    states: { b: "||" },
    full: ["a"],
    want: { over_capacity: 1 },
  },

  // With failover: along the chain, and never to the other members.
  { name: "failover instead of members", failover: ["c"], full: ["a"], want: { c: 1, b: 1 } },
  {
    name: "the next in the chain",
    failover: ["c", "d"],
    split: { a: 1 },
    full: ["a"],
    want: { c: 1 },
  },
  {
    name: "the next but one",
    failover: ["c", "d"],
    split: { a: 1 },
    full: ["a", "c"],
    want: { d: 1 },
  },
  {
    name: "the whole chain",
    failover: ["c", "d"],
    full: ["a", "b", "c", "d"],
    want: { over_capacity: 1 },
  },
  { name: "nowhere", failover: [], full: ["a"], want: { over_capacity: 1, b: 1 } },
  {
    name: "past one that is down",
    states: { c: "xx" },
    failover: ["c", "d"],
    split: { a: 1 },
    full: ["a"],
    want: { d: 1 },
  },
  {
    name: "past one that is drained",
    states: { c: "||" },
    failover: ["c", "d"],
    split: { a: 1 },
    full: ["a"],
    want: { d: 1 },
  },
  {
    name: "to one that is degraded, where it is next",
    states: { c: "x~" },
    failover: ["c", "d"],
    split: { a: 1 },
    full: ["a"],
    want: { c: 1 },
  },
  {
    name: "the chain is down: no panic for the sake of capacity",
    states: { c: "xx" },
    failover: ["c"],
    split: { a: 1 },
    full: ["a"],
    want: { over_capacity: 1 },
  },
  {
    name: "the failover is full, and its member still has someone",
    // 70 30: what was for c goes back to a.
    states: { a: ".x" },
    failover: ["c"],
    split: { a: 1 },
    full: ["c"],
    want: { a: 1 },
  },
  {
    name: "a split of zeros",
    failover: ["c", "d"],
    split: { a: 0 },
    full: ["c"],
    want: { d: 1 },
  },

  // Nearest and fastest: the next in order.
  { name: "nearest", select: "nearest", split: { a: 1, b: 1, c: 1 }, full: ["a"], want: { b: 1 } },
  {
    name: "nearest, two full",
    select: "nearest",
    split: { a: 1, b: 1, c: 1 },
    full: ["a", "b"],
    want: { c: 1 },
  },
  {
    name: "nearest with failover",
    select: "nearest",
    split: { a: 1, b: 1 },
    failover: ["d"],
    full: ["a"],
    want: { d: 1 },
  },
  {
    name: "nearest, nowhere",
    select: "nearest",
    failover: [],
    full: ["a"],
    want: { over_capacity: 1 },
  },
  {
    name: "fastest",
    select: "fastest",
    split: { a: 1, b: 1, c: 1 },
    full: ["a"],
    // 98 and 1 that was b's anyhow.
    want: { b: 99, c: 1 },
  },
];

/** A key explores nothing: what chance would send elsewhere for that stays with the first. */
const isSticky = (name: string): boolean => name !== "fastest";

for (const { name, full, want, ...spec } of rows) {
  Deno.test(`capacity: who takes what a full cluster can't: ${name}`, () => {
    const { upstreams, route, shares, clusters } = sceneOf(spec);
    const names = [
      ...clusters.map((cluster) => cluster.name),
      "over_capacity",
      "no_healthy_upstream",
    ];
    for (const byKey of isSticky(name) ? [false, true] : [false]) {
      const counts = new Array<number>(names.length).fill(0);
      const random = seededRandom(21);
      for (let i = 0; i < 5_000; i++) {
        const draw = asking(new Set(full), byKey ? murmur3(`caller ${i}`) : null, random);
        const choice = choose(route, shares, upstreams, draw);
        counts[names.indexOf(nameOf(choice))]!++;
        assert.equal(draw.admitted, typeof choice === "string" ? 0 : 1);
        assert.equal(new Set(draw.asked).size, draw.asked.length, "nobody is asked twice");
      }
      assertShares(counts, names.map((name) => want[name] ?? 0), byKey ? "by key" : "by chance");
    }
  });
}

Deno.test("capacity: a sticky caller that has to move, moves to one place", () => {
  const scene = sceneOf({ split: { a: 50, b: 30, c: 20 } });
  const noChance = (): number => assert.fail("a sticky draw is no matter of chance");
  const home = (caller: number, full: readonly string[]): string => {
    const draw = asking(new Set(full), murmur3(`caller ${caller}`), noChance);
    return nameOf(choose(scene.route, scene.shares, scene.upstreams, draw));
  };
  for (let caller = 0; caller < 300; caller++) {
    const [before, spilled] = [home(caller, []), home(caller, ["a"])];
    if (before !== "a") assert.equal(spilled, before, "who is at home elsewhere stays");
    assert.equal(home(caller, ["a"]), spilled);
    // It is where the caller would be if `a` had no weight.
    const without = sceneOf({ split: { a: 0, b: 30, c: 20 } });
    const draw = asking(new Set(), murmur3(`caller ${caller}`), noChance);
    assert.equal(nameOf(choose(without.route, without.shares, without.upstreams, draw)), spilled);
  }
});

Deno.test("capacity: nobody is asked where nobody can serve", () => {
  const scene = sceneOf({
    states: { a: "xx" },
    clusters: { a: { panicThreshold: 0 } },
    split: { a: 1 },
    failover: [],
  });
  const draw = asking(new Set(), null);
  assert.equal(choose(scene.route, scene.shares, scene.upstreams, draw), "no_healthy_upstream");
  assert.deepEqual(draw.asked, []);
});

Deno.test("capacity: whose header policy a spilled request gets", () => {
  const rows = [
    // Another member brings its own, a mere failover the drawn one's.
    { spec: { split: { a: 1, b: 1 } }, full: ["a"], cluster: "b", member: "b", drawn: 1 },
    {
      spec: { split: { a: 1 }, failover: ["c"] },
      full: ["a"],
      cluster: "c",
      member: "a",
      drawn: 0,
    },
    {
      spec: { split: { a: 1, b: 0 }, failover: ["b"] },
      full: ["a"],
      cluster: "b",
      member: "b",
      drawn: 0,
    },
  ];
  for (const { spec, full, cluster, member, drawn } of rows) {
    const { upstreams, route, shares, clusters } = sceneOf(spec);
    const choice = choose(route, shares, upstreams, asking(new Set(full), null, () => 0)) as Choice;
    assert.deepEqual(
      [nameOf(choice), clusters[choice.member.cluster]!.name, choice.drawn],
      [cluster, member, drawn],
    );
  }
});

Deno.test("capacity: a request for one cluster alone goes nowhere else", () => {
  const rows = [
    { states: "..", full: [], want: "a", asked: 1 },
    { states: "..", full: ["a"], want: "over_capacity", asked: 1 },
    { states: "xx", full: [], want: "a", asked: 1 },
    { states: "||", full: [], want: "no_healthy_upstream", asked: 0 },
    { states: "", full: [], want: "no_healthy_upstream", asked: 0 },
  ];
  for (const { states, full, want, asked } of rows) {
    const { upstreams } = sceneOf({ states: { a: states }, split: { a: 1 } });
    const draw = asking(new Set(full), null);
    const share = aloneIn(0, (index) => upstreams.cluster(index));
    const choice = chooseAlone(share, upstreams, draw);
    assert.equal(typeof choice === "string" ? choice : choice.cluster.plan.name, want);
    assert.equal(draw.asked.length, asked);
  }
});

interface NextRow extends Spec {
  readonly name: string;
  /** `cluster/index` of earlier tries; the first one's cluster is the drawn member. */
  readonly tried: readonly string[];
  readonly isLast?: boolean;
  readonly full: readonly string[];
  /** Clusters, or endpoints; `null`: nobody. */
  readonly want: string | null;
  readonly asked: readonly string[];
}

const nextRows: readonly NextRow[] = [
  { name: "room here", tried: ["a/0"], full: [], want: "a/1", asked: ["a"] },
  {
    name: "full here: the next cluster",
    tried: ["a/0"],
    full: ["a"],
    want: "b",
    asked: ["a", "b"],
  },
  {
    name: "full here: the failover",
    failover: ["c"],
    tried: ["a/0"],
    full: ["a"],
    want: "c",
    asked: ["a", "c"],
  },
  {
    name: "none left here: this cluster is not even asked",
    tried: ["a/0", "a/1"],
    full: ["a"],
    want: "b",
    asked: ["b"],
  },
  {
    name: "none left here, the next is full: one of here again",
    tried: ["a/0", "a/1"],
    full: ["b"],
    want: "a",
    asked: ["b", "a"],
  },
  { name: "all full", tried: ["a/0"], full: ["a", "b"], want: null, asked: ["a", "b"] },
  {
    name: "one alone, full",
    split: { a: 1 },
    tried: ["a/0"],
    full: ["a"],
    want: null,
    asked: ["a"],
  },
  {
    name: "the last one alone, down and full",
    states: { a: "x" },
    split: { a: 1 },
    tried: ["a/0"],
    full: ["a"],
    want: null,
    asked: ["a"],
  },
  { name: "nowhere to go", failover: [], tried: ["a/0"], full: ["a"], want: null, asked: ["a"] },
  {
    name: "a degraded one before an endpoint that was tried",
    states: { a: ".", b: "~" },
    tried: ["a/0"],
    full: [],
    want: "b",
    asked: ["b"],
  },
  {
    name: "the degraded one is full: the one that was tried",
    states: { a: ".", b: "~" },
    tried: ["a/0"],
    full: ["b"],
    want: "a",
    asked: ["b", "a"],
  },
  {
    name: "full here, the next down: its panic",
    states: { b: "xx" },
    tried: ["a/0"],
    full: ["a"],
    want: "b",
    asked: ["a", "b"],
  },
  {
    name: "full here, the next down and without panic",
    states: { b: "xx" },
    clusters: { b: { panicThreshold: 0 } },
    tried: ["a/0"],
    full: ["a"],
    want: null,
    asked: ["a"],
  },
  {
    name: "full here, the next drained",
    states: { b: "||" },
    tried: ["a/0"],
    full: ["a"],
    want: null,
    asked: ["a"],
  },
  {
    name: "the last try prefers another cluster, unless that is full",
    states: { a: "..." },
    tried: ["a/0", "a/1"],
    isLast: true,
    full: ["b"],
    want: "a/2",
    asked: ["b", "a"],
  },
  {
    name: "the last try prefers another cluster, that has room",
    states: { a: "..." },
    tried: ["a/0", "a/1"],
    isLast: true,
    full: ["a"],
    want: "b",
    asked: ["b"],
  },

  // As in the shares: in a chain, that of `nearest` too, its head's threshold holds.
  {
    name: "nearest: the head's panic holds for a next one that has none of its own",
    select: "nearest",
    states: { a: "xx", b: "xx" },
    clusters: { b: { panicThreshold: 0 } },
    tried: ["a/0", "a/1"],
    full: [],
    want: "b",
    asked: ["b"],
  },
  {
    name: "nearest: the head has no panic, so the next has none",
    select: "nearest",
    states: { a: "xx", b: "xx" },
    clusters: { a: { panicThreshold: 0 } },
    tried: ["a/0"],
    full: [],
    want: "a/0",
    asked: ["a"],
  },
];
for (const { name, tried, isLast = false, full, want, asked, ...spec } of nextRows) {
  Deno.test(`capacity, next try: ${name}`, () => {
    const { upstreams, route, shares, clusters } = sceneOf(spec);
    const choices = tried.map((place): Choice => {
      const [clusterName, at] = place.split("/");
      const cluster = upstreams.cluster(clusters.findIndex(({ name }) => name === clusterName));
      const member = route.members[0]!;
      return { member, cluster, endpoint: cluster.endpoints[Number(at)]!, drawn: 0 };
    });
    for (const key of [null, murmur3("caller")]) {
      const draw = asking(new Set(full), key);
      const next = chooseNext(route, shares, choices, upstreams, draw, isLast);
      const got = next && `${nameOf(next)}/${next.endpoint.plan.index}`;
      if (want === null || got === null) assert.equal(got, want);
      else assert.ok(got.startsWith(want), `${got} for ${want}`);
      assert.deepEqual(draw.asked, asked);
      assert.equal(draw.admitted, want === null ? 0 : 1);
    }
  });
}

const NAMES = ["a", "b", "c", "d"];
const letters = fc.array(fc.constantFrom(".", ".", "~", "x", "-"), { maxLength: 3 })
  .map((letters) => letters.join(""));
const anySpec: fc.Arbitrary<Spec & { readonly full: readonly string[]; readonly sticky: boolean }> =
  fc
    .record({
      states: fc.record({
        a: letters,
        b: letters,
        c: letters,
        d: fc.oneof(letters, fc.constant("||")),
      }),
      split: fc.constantFrom<Record<string, number>>(
        { a: 1 },
        { a: 1, b: 3 },
        { a: 0, b: 1, c: 2 },
        { c: 5, a: 5, d: 1 },
      ),
      failover: fc.constantFrom(null, [], ["d"], ["d", "a", "b"]),
      full: fc.subarray(NAMES),
      sticky: fc.boolean(),
    }, { requiredKeys: ["full", "sticky", "states", "split", "failover"] })
    .chain((spec) =>
      fc.constantFrom({ ...spec }, { ...spec, select: "nearest" as const }, {
        ...spec,
        select: "fastest" as const,
      })
    );

Deno.test("capacity: whatever is full, a request and all its tries take one admission each at most", () => {
  fc.assert(
    fc.property(anySpec, fc.nat(), ({ full, sticky, ...spec }, seed) => {
      const { upstreams, route, shares } = sceneOf(spec);
      const random = seededRandom(seed);
      const key = sticky ? seed : null;
      const first = asking(new Set(full), key, random);
      const choice = choose(route, shares, upstreams, first);
      assert.equal(first.admitted, typeof choice === "string" ? 0 : 1);
      assert.equal(new Set(first.asked).size, first.asked.length);
      if (choice === "over_capacity") assert.ok(first.asked.length > 0);
      if (choice === "no_healthy_upstream") assert.equal(first.asked.length, 0);
      if (typeof choice === "string") return;
      assert.ok(!full.includes(nameOf(choice)));
      const tried = [choice];
      for (let n = 0; n < 4; n++) {
        const draw = asking(new Set(full), key, random);
        const next = chooseNext(route, shares, tried, upstreams, draw, n === 3);
        assert.equal(draw.admitted, next === null ? 0 : 1);
        assert.equal(new Set(draw.asked).size, draw.asked.length);
        if (next === null) return;
        assert.ok(!full.includes(nameOf(next)));
        assert.notEqual(next.endpoint.state, "draining");
        tried.push(next);
      }
    }),
    { numRuns: 1_000 },
  );
});

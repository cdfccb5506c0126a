/** Shares under every state an endpoint can have: degraded, excluded and draining ones too. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Upstreams } from "../../src/health/upstreams.ts";
import { EXPLORED, type MemberShare, type Order, shareOut } from "../../src/steer/shares.ts";
import {
  clusterPlans,
  type ClusterSpec,
  forwardPlan,
  type ForwardSpec,
  statesOf,
  upstreamsOf,
} from "../support/plans.ts";

interface Row {
  readonly name: string;
  /** States of `a`, `b` and `p`, see `statesOf`: as many endpoints as letters; `..` unless set. */
  readonly states?: Readonly<Record<string, string>>;
  readonly clusters?: Readonly<Record<string, ClusterSpec>>;
  /** `a` 80 and `b` 20 unless set. */
  readonly split?: Readonly<Record<string, number>>;
  readonly failover?: readonly string[] | null;
  readonly select?: "nearest" | "fastest";
  /** Members, the preferred first. */
  readonly order?: Order;
  /** Each member's weight and slices: `cluster.level availability percent`, then `!cluster` for panic. */
  readonly want: readonly (readonly [weight: number, ...slices: string[]])[];
  /** Each member's chain, where it matters. */
  readonly chains?: readonly string[];
}

const NAMES = ["a", "b", "p"];

function sharesOf(row: Omit<Row, "name" | "want">): readonly MemberShare[] {
  const states = { a: "..", b: "..", p: "..", ...row.states };
  const clusters = clusterPlans(Object.fromEntries(
    NAMES.map((name) => [name, { endpoints: states[name as "a"].length, ...row.clusters?.[name] }]),
  ));
  const upstreams = upstreamsOf(clusters, undefined, { stateOf: statesOf(states) });
  const spec: ForwardSpec = { failover: row.failover ?? null, select: row.select ?? "weight" };
  const route = forwardPlan(clusters, row.split ?? { a: 80, b: 20 }, spec);
  return shareOut(route, (index) => upstreams.cluster(index), row.order ?? null);
}

const written = ({ weight, slices, panicking }: MemberShare): (number | string)[] => [
  Math.round(weight * 1e9) / 1e9,
  ...slices.map((slice) => `${NAMES[slice.cluster]}.${slice.level} ${slice.pool} ${slice.percent}`),
  ...panicking.map((cluster) => `!${NAMES[cluster]}`),
];

const chainOf = ({ chain }: MemberShare): string => chain.map((index) => NAMES[index]).join(" ");

const A = "a.0 healthy 100";
const B = "b.0 healthy 100";
const P = "p.0 healthy 100";
const THREE = { a: 1, b: 1, p: 1 };
const DRAINED = "||";
const DOWN = "xx";

const rows: readonly Row[] = [
  // Degraded: usable, but a member scaled by weight carries no less for it.
  { name: "a member all degraded", states: { a: "~~" }, want: [[80, "a.0 degraded 100"], [20, B]] },
  {
    name: "degraded and down ones",
    states: { a: ".~xx" },
    // 2 of 4: 70 %. Inside: 35 35, T 70.
    want: [[56, "a.0 healthy 50", "a.0 degraded 50"], [20, B]],
  },
  {
    name: "degraded ones of the member come after the failover's healthy ones",
    states: { a: ".~xx" },
    failover: ["p"],
    // 35 100 healthy, T 100.
    want: [[80, "a.0 healthy 35", "p.0 healthy 65"], [20, B]],
  },

  // Excluded ones are not missing.
  { name: "excluded beside healthy ones", states: { a: ".-" }, want: [[80, A], [20, B]] },
  // 1 of 2 counted: 70 %.
  { name: "excluded beside others", states: { a: ".x--" }, want: [[56, A], [20, B]] },
  {
    name: "a member of none but excluded ones",
    states: { a: "--" },
    want: [[0, "a.0 all 100", "!a"], [20, B]],
  },
  {
    name: "total panic in a chain counts excluded ones",
    states: { a: "---", p: "x" },
    failover: ["p"],
    want: [[80, "a.0 all 75", "p.0 all 25", "!a", "!p"], [20, B]],
  },

  // Drained, no failover.
  { name: "a member drained", states: { a: DRAINED }, want: [[0], [20, B]] },
  {
    name: "a member drained, the other half down",
    states: { a: DRAINED, b: ".x" },
    want: [[0], [14, B]],
  },
  {
    name: "a member drained, the other down: it still has endpoints",
    states: { a: DRAINED, b: DOWN },
    want: [[0], [20, "b.0 all 100", "!b"]],
  },
  {
    name: "a member drained, the other down and without panic: unserved, not drained",
    states: { a: DRAINED, b: DOWN },
    clusters: { b: { panicThreshold: 0 } },
    want: [[0], [20]],
  },
  {
    name: "all members drained",
    states: { a: DRAINED, b: DRAINED },
    want: [[80], [20]],
  },
  {
    name: "the only member of weight drained: weight 0 gets nothing",
    states: { a: DRAINED },
    split: { a: 1, b: 0 },
    want: [[1], [0, B]],
  },

  // Drained, with failover.
  {
    name: "a member drained, with failover",
    states: { a: DRAINED },
    failover: ["p"],
    want: [[80, P], [20, B]],
  },
  {
    name: "a member drained, its failover half down",
    states: { a: DRAINED, p: ".x" },
    failover: ["p"],
    // 0 70, T 70: the level of nobody panics, and takes nothing.
    want: [[80, P], [20, B]],
  },
  {
    name: "a member drained, its failover down: total panic without the drained",
    states: { a: DRAINED, p: DOWN },
    failover: ["p"],
    want: [[80, "p.0 all 100", "!p"], [20, B]],
  },
  {
    name: "a member down, its failover drained",
    states: { a: DOWN, p: DRAINED },
    failover: ["p"],
    want: [[80, "a.0 all 100", "!a"], [20, B]],
  },
  {
    name: "member and failover drained",
    states: { a: DRAINED, p: DRAINED },
    failover: ["p"],
    want: [[80], [20, B]],
  },
  {
    name: "a member drained, nowhere to go",
    states: { a: DRAINED },
    failover: [],
    want: [[80], [20, B]],
  },
  {
    name: "a member drained in a chain with the other member",
    states: { a: DRAINED },
    failover: ["b", "p"],
    want: [[80, B], [20, B]],
  },

  // In order: the first that has anyone takes it all.
  {
    name: "nearest: the first takes it all",
    select: "nearest",
    split: THREE,
    order: [1, 0, 2],
    want: [[0, A], [1, B], [0, P]],
    chains: ["a b p", "b a p", "p b a"],
  },
  {
    name: "nearest: past one that is down, which retries come to last",
    select: "nearest",
    split: THREE,
    order: [1, 0, 2],
    states: { b: DOWN },
    want: [[1, A], [0, A], [0, P]],
    chains: ["a p b", "b a p", "p a b"],
  },
  {
    name: "nearest: past one that is drained",
    select: "nearest",
    split: THREE,
    order: [1, 0, 2],
    states: { b: DRAINED },
    want: [[1, A], [0, A], [0, P]],
  },
  {
    name: "nearest: degraded ones are available, but what is healthy comes first",
    select: "nearest",
    split: THREE,
    order: [1, 0, 2],
    states: { b: "~~" },
    want: [[0, A], [1, A], [0, P]],
  },
  {
    name: "nearest: what the first can't carry goes to the second",
    select: "nearest",
    split: THREE,
    order: [1, 0, 2],
    states: { b: ".x", a: ".x" },
    // 70 70 100.
    want: [
      [0, "a.0 healthy 70", "b.0 healthy 30"],
      [1, "b.0 healthy 70", "a.0 healthy 30"],
      [0, P],
    ],
  },
  {
    name: "nearest: everyone down: total panic over the chain, by its head's threshold",
    select: "nearest",
    split: THREE,
    order: [1, 0, 2],
    states: { a: DOWN, b: DOWN, p: "xxxx" },
    // 2 of 8, 2 of 8, 4 of 8.
    want: [
      [0, "a.0 all 25", "b.0 all 25", "p.0 all 50", "!a", "!b", "!p"],
      [1, "b.0 all 25", "a.0 all 25", "p.0 all 50", "!b", "!a", "!p"],
      [0, "p.0 all 50", "b.0 all 25", "a.0 all 25", "!p", "!b", "!a"],
    ],
  },
  {
    name: "nearest: everyone down, the head without panic",
    select: "nearest",
    split: THREE,
    order: [1, 0, 2],
    states: { a: DOWN, b: DOWN, p: DOWN },
    clusters: { b: { panicThreshold: 0 } },
    want: [
      [0, "a.0 all 34", "b.0 all 33", "p.0 all 33", "!a", "!b", "!p"],
      [1],
      [0, "p.0 all 34", "b.0 all 33", "a.0 all 33", "!p", "!b", "!a"],
    ],
  },
  {
    name: "nearest: everyone down or drained: the nearest that has endpoints",
    select: "nearest",
    split: THREE,
    order: [1, 0, 2],
    states: { a: DOWN, b: DRAINED, p: DRAINED },
    want: [
      [1, "a.0 all 100", "!a"],
      [0, "a.0 all 100", "!a"],
      [0, "a.0 all 100", "!a"],
    ],
  },
  {
    name: "nearest: everyone drained",
    select: "nearest",
    split: THREE,
    order: [1, 0, 2],
    states: { a: DRAINED, b: DRAINED, p: DRAINED },
    want: [[0], [1], [0]],
  },
  {
    name: "nearest with failover: the second nearest takes no spill",
    select: "nearest",
    split: { a: 1, b: 1 },
    order: [1, 0],
    failover: ["p"],
    states: { b: ".x" },
    want: [[0, A], [1, "b.0 healthy 70", "p.0 healthy 30"]],
    chains: ["a p", "b p"],
  },
  {
    name: "nearest with failover: but it is the nearest when the first is down",
    select: "nearest",
    split: { a: 1, b: 1 },
    order: [1, 0],
    failover: ["p"],
    states: { b: DOWN },
    want: [[1, A], [0, P]],
  },
  {
    name: "nearest with failover: every member down",
    select: "nearest",
    split: { a: 1, b: 1 },
    order: [1, 0],
    failover: ["p"],
    states: { a: DOWN, b: DOWN },
    want: [[0, P], [1, P]],
  },
  {
    name: "nearest with failover: every member drained",
    select: "nearest",
    split: { a: 1, b: 1 },
    order: [1, 0],
    failover: ["p"],
    states: { a: DRAINED, b: DRAINED },
    want: [[0, P], [1, P]],
  },
  {
    name: "nearest with failover nowhere: nothing spills, but who is down is passed over",
    select: "nearest",
    split: { a: 1, b: 1 },
    order: [1, 0],
    failover: [],
    states: { b: DOWN, a: ".x" },
    want: [[1, A], [0, "b.0 all 100", "!b"]],
    chains: ["a", "b"],
  },

  // Fastest: the same, but 2 % go to the others by turns.
  {
    name: "fastest: two explore one",
    select: "fastest",
    split: { a: 1, b: 1 },
    order: [1, 0],
    want: [[0.02, A], [0.98, B]],
  },
  {
    name: "fastest: three share what is explored",
    select: "fastest",
    split: THREE,
    order: [2, 1, 0],
    want: [[0.01, A], [0.01, B], [0.98, P]],
    chains: ["a p b", "b p a", "p b a"],
  },
  {
    name: "fastest: nobody explores who is down or drained",
    select: "fastest",
    split: THREE,
    order: [2, 1, 0],
    states: { a: DOWN, p: DRAINED },
    want: [[0, B], [1, B], [0, B]],
  },
  {
    name: "fastest: one alone explores nobody",
    select: "fastest",
    split: { a: 1 },
    order: [0],
    want: [[1, A]],
  },
  {
    name: "fastest with failover: what explores spills to it too",
    select: "fastest",
    split: { a: 1, b: 1 },
    order: [1, 0],
    failover: ["p"],
    states: { a: ".x" },
    want: [[0.02, "a.0 healthy 70", "p.0 healthy 30"], [0.98, B]],
    chains: ["a p", "b p"],
  },
];
for (const { name, want, chains, ...row } of rows) {
  Deno.test(`shares by state: ${name}`, () => {
    const shares = sharesOf(row);
    assert.deepEqual(shares.map(written), want);
    if (chains !== undefined) assert.deepEqual(shares.map(chainOf), chains);
  });
}

Deno.test("shares by state: what fastest explores is 2 % in all", () => {
  for (let members = 2; members <= 6; members++) {
    const names = Array.from({ length: members }, (_, i) => `c${i}`);
    const clusters = clusterPlans(Object.fromEntries(names.map((name) => [name, 1])));
    const upstreams = upstreamsOf(clusters);
    const split = Object.fromEntries(names.map((name) => [name, 1]));
    const route = forwardPlan(clusters, split, { select: "fastest" });
    const order = [...names.keys()];
    const weights = shareOut(route, (index) => upstreams.cluster(index), order)
      .map(({ weight }) => weight);
    assert.equal(EXPLORED, 0.02);
    assert.ok(Math.abs(weights[0]! - 0.98) < 1e-12);
    for (const weight of weights.slice(1)) {
      assert.ok(Math.abs(weight - 0.02 / (members - 1)) < 1e-12);
    }
  }
});

interface Case {
  readonly states: readonly string[];
  readonly thresholds: readonly number[];
  readonly weights: readonly number[];
  readonly failover: readonly string[] | null;
  readonly select: "weight" | "nearest" | "fastest";
  readonly order: readonly number[];
}

/** Four clusters, each with up to two levels, drained ones among them; `c3` is no member. */
const letters = fc.array(fc.constantFrom(".", ".", "~", "x", "x", "-"), { maxLength: 6 })
  .map((letters) => letters.join(""));
const anyCase: fc.Arbitrary<Case> = fc.record({
  states: fc.array(fc.oneof(letters, letters, letters.map((all) => "|".repeat(all.length))), {
    minLength: 4,
    maxLength: 4,
  }),
  thresholds: fc.array(fc.constantFrom(0, 50, 50, 100), { minLength: 4, maxLength: 4 }),
  weights: fc.array(fc.constantFrom(0, 1, 20, 79), { minLength: 3, maxLength: 3 }),
  failover: fc.constantFrom(null, null, [], ["c3"], ["c3", "c0"]),
  select: fc.constantFrom("weight", "weight", "nearest", "fastest"),
  order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
}).filter(({ weights, select }) => select !== "weight" || weights.some((weight) => weight > 0));

interface Worked {
  readonly upstreams: Upstreams;
  readonly shares: readonly MemberShare[];
}

function work({ states, thresholds, weights, failover, select, order }: Case): Worked {
  const names = states.map((_, i) => `c${i}`);
  const clusters = clusterPlans(Object.fromEntries(names.map((name, i) => [name, {
    panicThreshold: thresholds[i]!,
    endpoints: [...states[i]!].map((_, at) => ({ priority: at % 3 === 2 ? 1 : 0 })),
  }])));
  const stateOf = statesOf(Object.fromEntries(names.map((name, i) => [name, states[i]!])));
  const upstreams = upstreamsOf(clusters, undefined, { stateOf });
  const split = Object.fromEntries(
    weights.map((weight, i) => [names[i]!, select === "weight" ? weight : 1]),
  );
  const route = forwardPlan(clusters, split, { failover, select });
  const by = select === "weight" ? null : order;
  return { upstreams, shares: shareOut(route, (index) => upstreams.cluster(index), by) };
}

const RUNS = { numRuns: 1_000 };
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

Deno.test("shares: a member's percents add up to 100, or there are none", () => {
  fc.assert(
    fc.property(anyCase, (any) => {
      for (const { slices, weight } of work(any).shares) {
        assert.ok(weight >= 0);
        assert.equal(sum(slices.map(({ percent }) => percent)), slices.length === 0 ? 0 : 100);
        for (const { percent } of slices) assert.ok(Number.isInteger(percent) && percent > 0);
      }
    }),
    RUNS,
  );
});

Deno.test("shares: somebody is always drawn, and of nearest and fastest it is 1 in all", () => {
  fc.assert(
    fc.property(anyCase, (any) => {
      const total = sum(work(any).shares.map(({ weight }) => weight));
      if (any.select === "weight") assert.ok(total > 0);
      else assert.ok(Math.abs(total - 1) < 1e-9);
    }),
    RUNS,
  );
});

Deno.test("shares: every slice has somebody to take it, and of a kind that fits, but in panic", () => {
  fc.assert(
    fc.property(anyCase, (any) => {
      const { upstreams, shares } = work(any);
      for (const { slices, panicking } of shares) {
        for (const { cluster, level, pool } of slices) {
          const { endpoints } = upstreams.cluster(cluster).levels[level]![pool];
          assert.ok(endpoints.length > 0);
          assert.ok(endpoints.every(({ state }) => state !== "draining"));
          if (pool === "all") assert.ok(panicking.includes(cluster));
          else assert.ok(endpoints.every(({ state }) => state === pool));
        }
      }
    }),
    RUNS,
  );
});

Deno.test("shares: without panic nobody unhealthy gets anything", () => {
  fc.assert(
    fc.property(anyCase, (any) => {
      const { shares } = work({ ...any, thresholds: [0, 0, 0, 0] });
      for (const { slices, panicking } of shares) {
        assert.deepEqual(panicking, []);
        assert.ok(slices.every(({ pool }) => pool !== "all"));
      }
    }),
    RUNS,
  );
});

Deno.test("shares: a drained member gets nothing while another of weight has endpoints", () => {
  fc.assert(
    fc.property(anyCase, (any) => {
      const { upstreams, shares } = work(any);
      const has = shares.map((_, at) =>
        upstreams.cluster(at).levels.some(({ all }) => all.endpoints.length > 0)
      );
      const isWanted = (at: number): boolean => any.select !== "weight" || any.weights[at]! > 0;
      fc.pre(any.failover === null && has.some((has, at) => has && isWanted(at)));
      shares.forEach(({ weight }, at) => assert.ok(has[at] || weight === 0));
    }),
    RUNS,
  );
});

Deno.test("shares: whatever is drawn, only clusters of the member's chain take it", () => {
  fc.assert(
    fc.property(anyCase, (any) => {
      for (const { slices, chain, weight } of work(any).shares) {
        if (weight === 0) continue;
        for (const { cluster } of slices) assert.ok(chain.includes(cluster));
      }
    }),
    RUNS,
  );
});

/** Of all of the route's traffic, what the healthy endpoints of one level of one cluster take. */
const levelShare = ({ shares }: Worked, cluster: number, level: number): number => {
  const total = sum(shares.map(({ weight }) => weight));
  return sum(shares.map(({ weight, slices }) => {
    const here = slices.filter((slice) =>
      slice.cluster === cluster && slice.level === level && slice.pool === "healthy"
    );
    return weight / total * sum(here.map(({ percent }) => percent)) / 100;
  }));
};

// Exact for what is scaled by weight and what goes along a chain; see priority_test.ts for where
// Envoy's arithmetic ends the theorem (total panic, degraded ones). Of `nearest` and `fastest` an
// endpoint that comes back may change who is first, and with it the whole order.
Deno.test("shares: who comes back never lowers what its level's healthy ones take", () => {
  fc.assert(
    fc.property(anyCase, fc.nat(3), fc.nat(5), (any, cluster, pick) => {
      fc.pre(any.select === "weight" && any.states[cluster]!.includes("x"));
      const quiet = { ...any, thresholds: [0, 0, 0, 0] };
      const downs = [...any.states[cluster]!].flatMap((letter, at) => letter === "x" ? [at] : []);
      const at = downs[pick % downs.length]!;
      const back = any.states[cluster]!.slice(0, at) + "." + any.states[cluster]!.slice(at + 1);
      const [before, after] = [quiet, { ...quiet, states: any.states.with(cluster, back) }].map(
        work,
      );
      const level = before!.upstreams.cluster(cluster).levelOf[at]!;
      const [was, is] = [before!, after!].map((worked) => levelShare(worked, cluster, level));
      assert.ok(is! >= was! - 1e-9, `${was} fell to ${is}`);
    }),
    RUNS,
  );
});

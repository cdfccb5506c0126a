import assert from "node:assert/strict";
import { murmur3 } from "../../src/balance/hash.ts";
import { rendezvous } from "../../src/balance/rendezvous.ts";
import type { ForwardPlan } from "../../src/plan/plan.ts";
import { type Choice, chooseNext, type Draw } from "../../src/steer/choose.ts";
import { shareOut } from "../../src/steer/shares.ts";
import { type ClusterSpec, forwardPlan, type World, worldOf } from "../support/plans.ts";
import { assertShares, seededRandom } from "../support/random.ts";

interface Row {
  readonly name: string;
  /** Added to `a`, `b` and `c`, of one endpoint each. */
  readonly clusters?: Readonly<Record<string, number | ClusterSpec>>;
  /** `a` and `b` alike unless set. */
  readonly split?: Readonly<Record<string, number>>;
  readonly failover?: readonly string[];
  readonly down?: readonly string[];
  /** Earlier tries, `cluster/index`, with ` as MEMBER` where that is not the cluster itself. */
  readonly tried: readonly string[];
  readonly isLast?: boolean;
  /** All endpoints that may be next, written as `tried`. */
  readonly want: readonly string[];
}

const rows: readonly Row[] = [
  // Which endpoint.
  {
    name: "another endpoint of the same cluster",
    clusters: { a: 3 },
    tried: ["a/0"],
    want: ["a/1", "a/2"],
  },
  {
    name: "not one that was tried before",
    clusters: { a: 3 },
    tried: ["a/0", "a/2"],
    want: ["a/1"],
  },
  {
    name: "not one that is ejected",
    clusters: { a: 3 },
    down: ["a/1"],
    tried: ["a/0"],
    want: ["a/2"],
  },
  {
    name: "not one of weight 0",
    clusters: { a: { endpoints: [{}, { weight: 0 }] } },
    tried: ["a/0"],
    want: ["b/0"],
  },
  {
    name: "a lower level before another cluster",
    clusters: { a: { endpoints: [{}, { priority: 1 }, { priority: 2 }] } },
    tried: ["a/0"],
    want: ["a/1"],
  },
  {
    name: "a higher level that has one left",
    clusters: { a: { endpoints: [{}, {}, { priority: 1 }] } },
    tried: ["a/2"],
    want: ["a/0", "a/1"],
  },

  // Which cluster.
  {
    name: "the next member when none is left",
    clusters: { b: 2 },
    tried: ["a/0"],
    want: ["b/0", "b/1"],
  },
  {
    name: "the members in turn, from the drawn one on",
    split: { a: 1, b: 1, c: 1 },
    tried: ["b/0"],
    want: ["c/0"],
  },
  {
    name: "and around",
    split: { a: 1, b: 1, c: 1 },
    tried: ["b/0", "c/0"],
    want: ["a/0"],
  },
  {
    name: "past a member that is down",
    split: { a: 1, b: 1, c: 1 },
    down: ["b"],
    tried: ["a/0"],
    want: ["c/0"],
  },
  {
    name: "failover instead of the other members",
    clusters: { c: 2 },
    failover: ["c"],
    tried: ["a/0"],
    want: ["c/0 as a", "c/1 as a"],
  },
  {
    name: "further along failover",
    clusters: { d: 1 },
    failover: ["c", "d"],
    tried: ["a/0", "c/0 as a"],
    want: ["d/0 as a"],
  },
  {
    name: "the member again, where it has one left",
    clusters: { a: 2 },
    failover: ["c"],
    tried: ["a/0", "c/0 as a"],
    want: ["a/1"],
  },
  { name: "failover [] stays", failover: [], tried: ["a/0"], want: ["a/0"] },
  {
    name: "failover [] stays, another endpoint",
    clusters: { a: 2 },
    failover: [],
    tried: ["a/0"],
    isLast: true,
    want: ["a/1"],
  },

  // The last try.
  {
    name: "the only retry goes to another endpoint of the same cluster",
    clusters: { a: 3 },
    tried: ["a/0"],
    isLast: true,
    want: ["a/1", "a/2"],
  },
  {
    name: "the last try goes to another cluster",
    clusters: { a: 3 },
    tried: ["a/0", "a/1"],
    isLast: true,
    want: ["b/0"],
  },
  {
    name: "the last try goes to the failover",
    clusters: { a: 3 },
    failover: ["c"],
    tried: ["a/0", "a/1"],
    isLast: true,
    want: ["c/0 as a"],
  },
  {
    name: "the last try stays where no other cluster is up",
    clusters: { a: 3 },
    down: ["b"],
    tried: ["a/0", "a/1"],
    isLast: true,
    want: ["a/2"],
  },
  {
    name: "the last try stays where there is no other cluster",
    clusters: { a: 3 },
    split: { a: 1 },
    tried: ["a/0", "a/1"],
    isLast: true,
    want: ["a/2"],
  },

  // Weight 0.
  {
    name: "a member of weight 0 is no target",
    split: { a: 1, b: 0 },
    tried: ["a/0"],
    want: ["a/0"],
  },
  {
    name: "a member of weight 0 is no target of a last try",
    split: { a: 1, b: 0 },
    tried: ["a/0"],
    isLast: true,
    want: ["a/0"],
  },
  {
    name: "a member of weight 0 that failover names",
    split: { a: 1, b: 0 },
    failover: ["b"],
    tried: ["a/0"],
    want: ["b/0"],
  },
  {
    name: "a split of zeros stays in its failover",
    clusters: { d: 1 },
    split: { a: 0, b: 0 },
    failover: ["c", "d"],
    tried: ["c/0 as a"],
    want: ["d/0 as a"],
  },

  // Nobody fresh.
  {
    name: "the same endpoint when there is no other",
    split: { a: 1 },
    tried: ["a/0"],
    want: ["a/0"],
  },
  { name: "everyone was tried", tried: ["a/0", "b/0"], want: ["b/0"] },
  {
    name: "one that was tried rather than one that is ejected",
    clusters: { a: 2 },
    split: { a: 1 },
    down: ["a/1"],
    tried: ["a/0"],
    want: ["a/0"],
  },
  {
    name: "a healthy cluster rather than panic",
    clusters: { a: 3 },
    down: ["a"],
    tried: ["a/0"],
    want: ["b/0"],
  },
  {
    name: "panic: another endpoint, ejected or not",
    clusters: { a: 3 },
    down: ["a", "b"],
    tried: ["a/0"],
    want: ["a/1", "a/2"],
  },
  {
    name: "panic: everyone was tried",
    clusters: { a: 2 },
    split: { a: 1 },
    down: ["a"],
    tried: ["a/1", "a/0"],
    want: ["a/0"],
  },
  {
    name: "panic off: no ejected endpoint is tried for the first time",
    clusters: { a: { endpoints: 2, panicThreshold: 0 } },
    split: { a: 1 },
    down: ["a"],
    tried: ["a/0"],
    want: ["a/0"],
  },
  {
    name: "panic is each member's own without failover",
    clusters: { a: { endpoints: 2, panicThreshold: 0 } },
    down: ["a", "b"],
    tried: ["a/0"],
    want: ["b/0"],
  },
  {
    name: "panic in a chain: the member's threshold holds, on",
    clusters: { c: { endpoints: 1, panicThreshold: 0 } },
    failover: ["c"],
    down: ["a", "c"],
    tried: ["a/0"],
    want: ["c/0 as a"],
  },
  {
    name: "panic in a chain: the member's threshold holds, off",
    clusters: { a: { endpoints: 1, panicThreshold: 0 } },
    failover: ["c"],
    down: ["a", "c"],
    tried: ["a/0"],
    want: ["a/0"],
  },

  // Whose header policy.
  {
    name: "a failover cluster that is a member brings its own header policy",
    failover: ["b"],
    tried: ["a/0"],
    want: ["b/0"],
  },
  {
    name: "after it, one that is none has the drawn member's",
    failover: ["b", "c"],
    tried: ["a/0", "b/0"],
    want: ["c/0 as a"],
  },
];

function choiceOf(world: World, route: ReturnType<typeof forwardPlan>, written: string): Choice {
  const [place, as] = written.split(" as ");
  const [clusterName, at] = place!.split("/");
  const indexOf = (name: string): number =>
    world.clusters.findIndex((cluster) => cluster.name === name);
  const cluster = world.upstreams.cluster(indexOf(clusterName!));
  const member = route.members.find(({ cluster }) => cluster === indexOf(as ?? clusterName!))!;
  const drawn = route.members.indexOf(member);
  return { member, cluster, endpoint: cluster.endpoints[Number(at)]!, drawn };
}

function written(world: World, { member, cluster, endpoint }: Choice): string {
  const as = member.cluster === cluster.plan.index
    ? ""
    : ` as ${world.clusters[member.cluster]!.name}`;
  return `${cluster.plan.name}/${endpoint.plan.index}${as}`;
}

function nextOf(
  { upstreams }: World,
  route: ForwardPlan,
  tried: readonly Choice[],
  draw: Omit<Draw, "admit">,
  isLast = false,
): Choice {
  const shares = shareOut(route, (index) => upstreams.cluster(index));
  const next = chooseNext(route, shares, tried, upstreams, { ...draw, admit: () => true }, isLast);
  return next ?? assert.fail("nobody is full here");
}

for (const row of rows) {
  Deno.test(`next try: ${row.name}`, () => {
    const world = worldOf({ a: 1, b: 1, c: 1, ...row.clusters });
    world.eject(0, ...row.down ?? []);
    const route = forwardPlan(world.clusters, row.split ?? { a: 1, b: 1 }, {
      failover: row.failover ?? null,
    });
    const tried = row.tried.map((place) => choiceOf(world, route, place));
    const random = seededRandom(3);
    for (const keyOf of [() => null, (turn: number) => murmur3(`caller ${turn}`)]) {
      const seen = new Set<string>();
      for (let turn = 0; turn < 60; turn++) {
        const next = nextOf(world, route, tried, { key: keyOf(turn), random }, row.isLast);
        seen.add(written(world, next));
      }
      assert.deepEqual([...seen].sort(), [...row.want].sort());
    }
  });
}

Deno.test("next try: by the weights of those that are left", () => {
  const world = worldOf({ a: { endpoints: [{ weight: 5 }, { weight: 3 }, { weight: 1 }] } });
  const route = forwardPlan(world.clusters, { a: 1 });
  const tried = [choiceOf(world, route, "a/0")];
  const random = seededRandom(8);
  const next = (key: number | null): number =>
    nextOf(world, route, tried, { key, random }).endpoint.plan.index;
  for (const keyOf of [() => null, (turn: number) => murmur3(`caller ${turn}`)]) {
    const counts = [0, 0, 0];
    for (let turn = 0; turn < 20_000; turn++) counts[next(keyOf(turn))]!++;
    assertShares(counts, [0, 3, 1]);
  }
});

Deno.test("next try: by key, it is where the caller's first try goes once the endpoint is ejected", () => {
  const world = worldOf({ a: 5 });
  const route = forwardPlan(world.clusters, { a: 1 });
  const { seeds, weights } = world.upstreams.cluster(0).levels[0]!.healthy;
  for (let caller = 0; caller < 200; caller++) {
    const key = murmur3(`caller ${caller}`);
    const home = rendezvous(key, seeds, weights);
    const tried = [choiceOf(world, route, `a/${home}`)];
    const random = (): number => assert.fail("a sticky draw is no matter of chance");
    const next = nextOf(world, route, tried, { key, random });
    assert.equal(next.endpoint.plan.index, rendezvous(key, seeds, weights.with(home, 0)));
  }
});

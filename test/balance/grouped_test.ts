import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type Group, grouped } from "../../src/balance/grouped.ts";
import { murmur3 } from "../../src/balance/hash.ts";
import type { Picker } from "../../src/balance/picker.ts";
import { withRendezvous } from "../../src/balance/picker.ts";
import { seedsOf } from "../../src/balance/seeds.ts";
import { weightedRandom } from "../../src/balance/weighted_random.ts";
import { assertShares, seededRandom, tally } from "../support/random.ts";

/** Hosts are numbered through, in the order of the groups; each group's are random by weight. */
function groupsOf(
  spec: readonly (readonly [share: number, weights: readonly number[]])[],
  random = seededRandom(7),
): Group[] {
  let count = 0;
  return spec.map(([share, weights], at): Group => {
    const hosts = weights.map(() => count++);
    const seeds = seedsOf(hosts.map((host) => `host ${host}`));
    const picker: Picker = withRendezvous({ weights, seeds }, weightedRandom(weights, random));
    return { share, seed: murmur3(`group ${at}`), hosts, picker };
  });
}

const keyOf = (i: number): number => murmur3(`key ${i}`);

const rows: readonly {
  readonly name: string;
  readonly groups: readonly (readonly [share: number, weights: readonly number[]])[];
  readonly want: readonly number[];
}[] = [
  { name: "nobody", groups: [], want: [] },
  { name: "one group", groups: [[1, [3, 1]]], want: [0.75, 0.25] },
  { name: "two groups", groups: [[0.6, [1, 1]], [0.4, [1]]], want: [0.3, 0.3, 0.4] },
  // However many hosts a group has, and however heavy they are, its share is its own.
  {
    name: "shares are the groups'",
    groups: [[0.1, [9, 9, 9]], [0.9, [0.5]]],
    want: [1 / 30, 1 / 30, 1 / 30, 0.9],
  },
  { name: "a group without a share", groups: [[0, [1]], [1, [1, 4]]], want: [0, 0.2, 0.8] },
  { name: "an empty group without a share", groups: [[0, []], [1, [1]]], want: [1] },
];
for (const { name, groups, want } of rows) {
  Deno.test(`grouped: ${name}: shares, picks and keys agree`, () => {
    const picker = grouped(groupsOf(groups), want.length, seededRandom(2));
    const round = (shares: readonly number[]): number[] =>
      shares.map((share) => Math.round(share * 1e9) / 1e9);
    assert.deepEqual(round(picker.shares()), round(want));
    if (want.length === 0) {
      assert.deepEqual([picker.next(), picker.forKey(1)], [-1, -1]);
      return;
    }
    assertShares(tally(want.length, 40_000, () => picker.next()), want);
    assertShares(tally(want.length, 40_000, (i) => picker.forKey(keyOf(i))), want);
  });
}

Deno.test("grouped: hosts keep their numbers among all, whatever the order of the groups", () => {
  const only = (hosts: readonly number[], at: number): Group => ({
    share: 0.5,
    seed: at,
    hosts,
    picker: { next: () => 1, forKey: () => 0, shares: () => [0.25, 0.75] },
  });
  const picker = grouped([only([4, 0], 1), only([1, 3], 2)], 5, seededRandom(1));
  assert.deepEqual(picker.shares(), [0.375, 0.125, 0, 0.375, 0.125]);
  const [picks, keys] = [new Set<number>(), new Set<number>()];
  for (let i = 0; i < 100; i++) {
    picks.add(picker.next());
    keys.add(picker.forKey(keyOf(i)));
  }
  assert.deepEqual([...picks].sort(), [0, 3]);
  assert.deepEqual([...keys].sort(), [1, 4]);
});

Deno.test("grouped: a picker that has nobody makes nobody", () => {
  const nobody: Picker = { next: () => -1, forKey: () => -1, shares: () => [] };
  const picker = grouped([{ share: 1, seed: 1, hosts: [], picker: nobody }], 0, () => 0);
  assert.deepEqual([picker.next(), picker.forKey(5), picker.shares()], [-1, -1, []]);
});

Deno.test("grouped: a key's group and its host there are drawn apart", () => {
  // Were they not, the keys of a group would fall on its hosts unevenly: by the last host's odds.
  const picker = grouped(groupsOf([[0.05, [1, 1, 1, 1]], [0.95, [1]]]), 5, seededRandom(1));
  const counts = tally(5, 100_000, (i) => picker.forKey(keyOf(i)));
  assertShares(counts.slice(0, 4), [1, 1, 1, 1]);
});

const anyShare = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000 }));
const anyShares = fc.array(anyShare, { minLength: 2, maxLength: 5 })
  .filter((shares) => shares.some((share) => share > 0));
const KEYS = 200;

/** Where keys live when the groups, of one to three hosts each, have these shares (not yet of 1). */
function homes(shares: readonly number[]): number[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const spec = shares.map((share, i) =>
    [share / total, new Array<number>(i % 3 + 1).fill(1)] as const
  );
  const picker = grouped(groupsOf(spec), 99, () => assert.fail("a key is no matter of chance"));
  return Array.from({ length: KEYS }, (_, i) => picker.forKey(keyOf(i)));
}
const groupOf = (host: number): number => {
  let [at, first] = [0, 0];
  while (host >= first + at % 3 + 1) first += at++ % 3 + 1;
  return at;
};

Deno.test("grouped: a share that grows wins keys, one that shrinks loses them, and no other moves", () => {
  const change = fc.record({ before: anyShares, pick: fc.nat(), to: anyShare });
  fc.assert(fc.property(change, ({ before, pick, to }) => {
    const at = pick % before.length;
    const after = before.with(at, to);
    fc.pre(after.some((share) => share > 0));
    const [was, is] = [homes(before), homes(after)];
    for (let i = 0; i < KEYS; i++) {
      if (was[i] === is[i]) continue;
      // Shares are of 1, so all of them changed; what counts is how they stand to each other.
      assert.equal(groupOf(to > before[at]! ? is[i]! : was[i]!), at);
    }
  }));
});

Deno.test("grouped: nobody's key is in a group without a share", () => {
  fc.assert(fc.property(anyShares, (shares) => {
    for (const host of homes(shares)) assert.ok(shares[groupOf(host)]! > 0);
  }));
});

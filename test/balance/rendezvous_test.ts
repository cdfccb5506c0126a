import assert from "node:assert/strict";
import * as fc from "fast-check";
import { murmur3 } from "../../src/balance/hash.ts";
import { rendezvous } from "../../src/balance/rendezvous.ts";
import { assertShares, tally } from "../support/random.ts";

const seedsOf = (names: readonly string[]): number[] => names.map((name) => murmur3(name));

const shareRows = [
  { name: "equal weights", weights: [1, 1] },
  { name: "nine to one", weights: [9, 1] },
  { name: "a percent", weights: [99, 1] },
  { name: "a tenth of a percent", weights: [999, 1] },
  { name: "three kinds", weights: [70, 20, 10] },
  { name: "fractions", weights: [0.1, 0.25, 0.65] },
  { name: "large and small", weights: [1_000_000, 3_000] },
  { name: "zeros between", weights: [0, 3, 0, 1, 0] },
  { name: "twenty", weights: Array.from({ length: 20 }, (_, i) => i + 1) },
];
for (const { name, weights } of shareRows) {
  Deno.test(`rendezvous shares keys by weight: ${name}`, () => {
    // Names as operators choose them: their seeds must do as well as random ones.
    for (const prefix of ["a", "cluster-", "eu-west-1-", "http://10.0.3.7:808"]) {
      const seeds = seedsOf(weights.map((_, i) => `${prefix}${i}`));
      const counts = tally(
        weights.length,
        40_000,
        (turn) => rendezvous(murmur3(`caller ${turn}`), seeds, weights),
      );
      assertShares(counts, weights, prefix);
    }
  });
}

Deno.test("rendezvous shares consecutive and sparse keys by weight too", () => {
  const seeds = seedsOf(["aws", "dc", "pop"]);
  const weights = [5, 3, 2];
  for (const keyOf of [(i: number) => i, (i: number) => (i << 16) >>> 0, (i: number) => -i >>> 0]) {
    assertShares(tally(3, 40_000, (turn) => rendezvous(keyOf(turn), seeds, weights)), weights);
  }
});

Deno.test("rendezvous: which member is drawn says nothing of which endpoint is", () => {
  const members = seedsOf(["aws", "dc"]);
  const endpoints = seedsOf(["aws https://a.test", "aws https://b.test", "aws https://c.test"]);
  const counts = [0, 0, 0];
  for (let turn = 0; turn < 80_000; turn++) {
    const key = murmur3(`caller ${turn}`);
    if (rendezvous(key, members, [1, 9]) === 0) counts[rendezvous(key, endpoints, [1, 1, 1])]!++;
  }
  assertShares(counts, [1, 1, 1]);
});

const edgeRows = [
  { name: "nobody", weights: [], want: -1 },
  { name: "all of weight 0", weights: [0, 0], want: -1 },
  { name: "only one above 0", weights: [0, 5, 0], want: 1 },
  { name: "a very small one alone", weights: [0, 0, 1e-9], want: 2 },
];
for (const { name, weights, want } of edgeRows) {
  Deno.test(`rendezvous: ${name}`, () => {
    const seeds = seedsOf(weights.map((_, i) => `${i}`));
    for (const key of [0, 1, 0x7fffffff, 0xffffffff]) {
      assert.equal(rendezvous(key, seeds, weights), want);
    }
  });
}

const weight = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 1_000_000 }),
  fc.double({ min: 1e-3, max: 1000, noNaN: true }),
);
const pairs = fc.array(fc.record({ before: weight, after: weight }), {
  minLength: 1,
  maxLength: 8,
});
const keys = Array.from({ length: 500 }, (_, i) => murmur3(`caller ${i}`));

Deno.test("rendezvous: a change of weights moves only the callers that must move", () => {
  fc.assert(fc.property(pairs, fc.nat(), (weights, salt) => {
    const seeds = seedsOf(weights.map((_, i) => `cluster ${salt} ${i}`));
    const [before, after] = [weights.map((w) => w.before), weights.map((w) => w.after)];
    for (const key of keys) {
      const from = rendezvous(key, seeds, before);
      const to = rendezvous(key, seeds, after);
      if (from === to) continue;
      // Who moves, leaves a member that was lowered or goes to one that was raised.
      const lowered = from >= 0 && after[from]! < before[from]!;
      const raised = to >= 0 && after[to]! > before[to]!;
      assert.ok(lowered || raised, `${key} moved from ${from} to ${to}`);
      if (from >= 0 && after[from]! > before[from]!) {
        // Lost by a member that was raised: only to one that was raised more.
        assert.ok(after[to]! / before[to]! > after[from]! / before[from]!);
      }
      if (to >= 0 && after[to]! < before[to]!) {
        assert.ok(after[to]! / before[to]! > after[from]! / before[from]!);
      }
    }
  }));
});

Deno.test("rendezvous: raising one weight moves callers only to it, lowering only away", () => {
  const weights = fc.array(weight, { minLength: 2, maxLength: 8 });
  fc.assert(fc.property(weights, fc.nat(), weight, (before, pick, changed) => {
    const at = pick % before.length;
    const seeds = seedsOf(before.map((_, i) => `cluster ${i}`));
    const after = before.with(at, changed);
    for (const key of keys) {
      const from = rendezvous(key, seeds, before);
      const to = rendezvous(key, seeds, after);
      if (from !== to) assert.equal(changed > before[at]! ? to : from, at);
    }
  }));
});

Deno.test("rendezvous: who is gone loses only its own callers, and gets them all back", () => {
  const endpoints = fc.array(fc.boolean(), { minLength: 1, maxLength: 10 });
  fc.assert(fc.property(endpoints, fc.nat(), (up, salt) => {
    const names = up.map((_, i) => `endpoint ${salt} ${i}`);
    const left = names.filter((_, i) => up[i]);
    const nameOf = (list: readonly string[], key: number): string | undefined =>
      list[rendezvous(key, seedsOf(list), list.map(() => 1))];
    for (const key of keys.slice(0, 100)) {
      const home = nameOf(names, key)!;
      const now = nameOf(left, key);
      if (left.includes(home)) assert.equal(now, home);
      else assert.ok(now === undefined ? left.length === 0 : left.includes(now));
    }
  }));
});

Deno.test("rendezvous: the order of the candidates does not matter", () => {
  const candidates = fc.uniqueArray(fc.record({ name: fc.string(), weight }), {
    selector: ({ name }) => name,
    minLength: 1,
    maxLength: 8,
  });
  const orders = candidates.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))
  );
  fc.assert(fc.property(orders, (two) => {
    for (const key of keys.slice(0, 50)) {
      const [one, other] = two.map((list) =>
        list[rendezvous(key, seedsOf(list.map(({ name }) => name)), list.map((c) => c.weight))]
      );
      assert.equal(one, other);
    }
  }));
});

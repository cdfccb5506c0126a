import assert from "node:assert/strict";
import * as fc from "fast-check";
import { mix, murmur3 } from "../../src/balance/hash.ts";
import { maglev } from "../../src/balance/maglev.ts";
import type { Hosts } from "../../src/balance/picker.ts";
import { seedsOf } from "../../src/balance/seeds.ts";
import { seededRandom } from "../support/random.ts";

const SIZE = 65_537;

const hostsOf = (weights: readonly number[], salt = 0): Hosts => ({
  weights,
  seeds: seedsOf(weights.map((_, i) => `cluster ${salt} http://10.0.0.${i}:8080`)),
});
const random = seededRandom(1);
const entriesOf = (weights: readonly number[]): number[] =>
  maglev(hostsOf(weights), random).shares().map((share) => Math.round(share * SIZE));

const entryRows = [
  { name: "two", weights: [1, 1] },
  { name: "three of weight 7", weights: [7, 7, 7] },
  { name: "three kinds", weights: [5, 3, 2] },
  { name: "fractions", weights: [0.1, 0.25, 0.65] },
  { name: "256, one byte each", weights: Array.from({ length: 256 }, (_, i) => 1 + i % 3) },
  { name: "257, two bytes each", weights: Array.from({ length: 257 }, (_, i) => 1 + i % 3) },
];
for (const { name, weights } of entryRows) {
  Deno.test(`maglev: entries are as the weights are, to one entry: ${name}`, () => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const entries = entriesOf(weights);
    assert.equal(entries.reduce((sum, count) => sum + count, 0), SIZE);
    entries.forEach((count, i) =>
      assert.ok(Math.abs(count - SIZE * weights[i]! / total) <= 1.5, `host ${i}: ${count}`)
    );
  });
}

Deno.test("maglev: who weighs next to nothing still has one entry", () => {
  assert.deepEqual(entriesOf([1_000_000, 1, 1]), [SIZE - 2, 1, 1]);
});

Deno.test("maglev: a thousand hosts have an entry each, however uneven", () => {
  const entries = entriesOf(Array.from({ length: 1000 }, (_, i) => i === 0 ? 1_000_000 : 1));
  assert.ok(entries.every((count) => count >= 1));
  assert.equal(entries[0], SIZE - 999);
});

Deno.test("maglev: who goes moves at most about as many keys of others as of its own", () => {
  const cases = fc.record({
    weights: fc.oneof(
      fc.integer({ min: 2, max: 60 }).map((count) => Array.from({ length: count }, () => 1)),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 30 }),
    ),
    pick: fc.nat(),
    salt: fc.nat(),
  });
  const keys = Array.from({ length: 4_000 }, (_, i) => murmur3(`caller ${i}`));
  fc.assert(
    fc.property(cases, ({ weights, pick, salt }) => {
      const gone = pick % weights.length;
      const all = hostsOf(weights, salt);
      const left: Hosts = {
        weights: weights.toSpliced(gone, 1),
        seeds: all.seeds.toSpliced(gone, 1),
      };
      const [before, after] = [maglev(all, random), maglev(left, random)];
      const moved = keys.filter((key) => {
        const from = before.forKey(key);
        return from !== gone && left.seeds[after.forKey(key)] !== all.seeds[from];
      }).length / keys.length;
      const share = before.shares()[gone]!;
      assert.ok(
        moved <= share + 4 * Math.sqrt(share / keys.length),
        `${moved} of others, ${share}`,
      );
    }),
    { numRuns: 40 },
  );
});

Deno.test("maglev: which host a key has is a promise to every later version", () => {
  const picker = maglev(hostsOf([3, 1, 2]), random);
  const keys = Array.from({ length: 4_000 }, (_, i) => murmur3(`caller ${i}`));
  assert.equal(keys.reduce((hash, key) => mix(hash + picker.forKey(key)), 0), 2923558421);
});

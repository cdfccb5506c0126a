import assert from "node:assert/strict";
import * as fc from "fast-check";
import { roundRobin } from "../../src/balance/round_robin.ts";
import { assertShares, seededRandom, tally } from "../support/random.ts";

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const rows = [
  { name: "one", weights: [1] },
  { name: "one that is heavy", weights: [7] },
  { name: "equals", weights: [1, 1, 1] },
  { name: "heavy equals", weights: [4, 4] },
  { name: "two to one", weights: [2, 1] },
  { name: "three kinds", weights: [5, 1, 2] },
  { name: "far apart", weights: [100, 1] },
  { name: "many", weights: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
];
for (const { name, weights } of rows) {
  Deno.test(`round robin: every cycle holds each as often as its weight: ${name}`, () => {
    for (let seed = 1; seed <= 20; seed++) {
      const next = roundRobin(weights, seededRandom(seed));
      const cycle = sum(weights);
      const picks = Array.from({ length: 5 * cycle }, next);
      for (let from = 0; from + cycle <= picks.length; from++) {
        const window = picks.slice(from, from + cycle);
        const counts = weights.map((_, i) => window.filter((pick) => pick === i).length);
        // Equal weights repeat a cycle of one each, however heavy they are.
        assert.deepEqual(counts, weights, `seed ${seed}, from pick ${from}`);
      }
    }
  });
}

Deno.test("round robin: any whole weights, any start", () => {
  const weights = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 });
  fc.assert(fc.property(weights, fc.integer(), fc.nat(200), (weights, seed, skip) => {
    const next = roundRobin(weights, seededRandom(seed));
    for (let i = 0; i < skip; i++) next();
    assert.deepEqual(tally(weights.length, sum(weights), next), weights);
  }));
});

Deno.test("round robin: fractions of weights hold in the long run", () => {
  const weights = [0.5, 0.3, 0.2];
  const counts = tally(3, 10_000, roundRobin(weights, seededRandom(3)));
  counts.forEach((count, i) => assert.ok(Math.abs(count - 10_000 * weights[i]!) <= 2, `${counts}`));
});

Deno.test("round robin: picks of a heavy candidate are spread, not bunched", () => {
  const next = roundRobin([5, 5, 5, 1], seededRandom(9));
  let [run, previous] = [0, -1];
  for (let i = 0; i < 500; i++) {
    const pick = next();
    run = pick === previous ? run + 1 : 1;
    previous = pick;
    assert.ok(run <= 2, `${pick} came ${run} times in a row`);
  }
});

const startRows = [
  { name: "equals", weights: [1, 1, 1, 1] },
  { name: "two to one", weights: [2, 1] },
  { name: "ten to one", weights: [10, 1] },
  { name: "three kinds", weights: [5, 3, 2] },
];
for (const { name, weights } of startRows) {
  for (const pick of [1, 2, 3]) {
    Deno.test(`round robin: pick ${pick} of many fresh balancers keeps the weights: ${name}`, () => {
      const random = seededRandom(pick);
      const counts = tally(weights.length, 20_000, () => {
        const next = roundRobin(weights, random);
        for (let i = 1; i < pick; i++) next();
        return next();
      });
      assertShares(counts, weights);
    });
  }
}

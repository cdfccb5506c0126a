import assert from "node:assert/strict";
import * as fc from "fast-check";
import { edf } from "../../src/balance/edf.ts";
import { assertShares, seededRandom, tally } from "../support/random.ts";

Deno.test("edf: weights that stand still come out exactly, from any start", () => {
  const weights = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 });
  fc.assert(fc.property(weights, fc.integer(), fc.nat(200), (weights, seed, skip) => {
    const next = edf(weights.length, (i) => weights[i]!, seededRandom(seed));
    for (let i = 0; i < skip; i++) next();
    const cycle = weights.reduce((sum, weight) => sum + weight, 0);
    assert.deepEqual(tally(weights.length, cycle, next), weights);
  }));
});

for (const weights of [[1, 1, 1], [10, 1], [0.5, 0.3, 0.2]]) {
  for (const pick of [1, 2, 3]) {
    Deno.test(`edf: pick ${pick} of many fresh schedulers keeps the weights ${weights}`, () => {
      const random = seededRandom(pick);
      const counts = tally(weights.length, 20_000, () => {
        const next = edf(weights.length, (i) => weights[i]!, random);
        for (let i = 1; i < pick; i++) next();
        return next();
      });
      assertShares(counts, weights);
    });
  }
}

Deno.test("edf: weights are read at the picks, not before", () => {
  let weights = [1, 1_000];
  const next = edf(2, (i) => weights[i]!, seededRandom(1));
  weights = [3, 1];
  const counts = tally(2, 400, next);
  assert.ok(Math.abs(counts[0]! - 300) <= 1, `${counts}`);
  weights = [1, 4];
  const after = tally(2, 500, next);
  assert.ok(Math.abs(after[0]! - 100) <= 2, `${after}`);
});

Deno.test("edf: whose weight sinks keeps its place in the queue once, then waits", () => {
  let weights = [1, 1];
  const next = edf(2, (i) => weights[i]!, seededRandom(4));
  for (let i = 0; i < 10; i++) next();
  weights = [0.1, 1];
  // Ten picks of the other one for each of its own, after the one that was due.
  const counts = tally(2, 111, next);
  assert.ok(counts[0]! === 10 || counts[0] === 11, `${counts}`);
});

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { drawByWeight, weightedRandom } from "../../src/balance/weighted_random.ts";
import { assertShares, seededRandom, tally } from "../support/random.ts";

const LAST_POINT = 1 - 2 ** -53;

const rows = [
  { name: "nobody", weights: [], point: 0, want: -1 },
  { name: "all of weight 0", weights: [0, 0, 0], point: 0.5, want: -1 },
  { name: "the very start", weights: [1, 1], point: 0, want: 0 },
  { name: "just below a border", weights: [1, 3], point: 0.25 - 2 ** -54, want: 0 },
  { name: "on a border: the next one's", weights: [1, 3], point: 0.25, want: 1 },
  { name: "the very end", weights: [1, 1, 2], point: LAST_POINT, want: 2 },
  { name: "zero in front, at the start", weights: [0, 1], point: 0, want: 1 },
  { name: "zero on a border", weights: [1, 0, 1], point: 0.5, want: 2 },
  { name: "zero behind, at the end", weights: [1, 0], point: LAST_POINT, want: 0 },
  {
    name: "a sum that rounding makes too large",
    weights: [0.1, 0.2, 0.3, 0],
    point: LAST_POINT,
    want: 2,
  },
];
for (const { name, weights, point, want } of rows) {
  Deno.test(`draw by weight: ${name}`, () => assert.equal(drawByWeight(weights, point), want));
}

Deno.test("draw by weight: always someone, and never someone of weight 0", () => {
  const weight = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e6, noNaN: true }));
  const point = fc.oneof(
    fc.constantFrom(0, LAST_POINT),
    fc.double({ min: 0, max: LAST_POINT, noNaN: true }),
  );
  fc.assert(fc.property(fc.array(weight, { maxLength: 10 }), point, (weights, point) => {
    const drawn = drawByWeight(weights, point);
    if (weights.every((weight) => weight === 0)) assert.equal(drawn, -1);
    else assert.ok(weights[drawn]! > 0);
  }));
});

const shareRows = [[1, 1], [90, 10], [999, 1], [0.25, 0, 0.5, 0.25], [1, 2, 3, 4, 5, 0]];
for (const weights of shareRows) {
  Deno.test(`weighted random keeps the weights ${weights}`, () => {
    const next = weightedRandom(weights, seededRandom(11));
    assertShares(tally(weights.length, 100_000, next), weights);
  });
}

Deno.test("weighted random: a pick says nothing of the next one", () => {
  const next = weightedRandom([2, 1], seededRandom(5));
  const counts = tally(4, 50_000, () => 2 * next() + next());
  assertShares(counts, [4, 2, 2, 1]);
});

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { compact } from "../../src/locality/compact.ts";

for (
  const [ranks, want] of [
    [[], []],
    [[3], [0]],
    [[4, 0, 3, 4], [2, 0, 1, 2]],
    [[10, 9, 100], [1, 0, 2]],
    [[0, 1, 2], [0, 1, 2]],
  ] as const
) {
  Deno.test(`compact: ${ranks} becomes ${want}`, () => {
    assert.deepEqual(compact(ranks), want);
  });
}

Deno.test("compact keeps order and ties, and leaves no gap", () => {
  fc.assert(fc.property(fc.array(fc.integer()), (ranks) => {
    const places = compact(ranks);
    assert.deepEqual(
      [...new Set(places)].sort((a, b) => a - b),
      [...new Set(places).keys()]
        .map((_, i) => i),
    );
    for (let i = 0; i < ranks.length; i++) {
      for (let j = 0; j < ranks.length; j++) {
        assert.equal(Math.sign(places[i]! - places[j]!), Math.sign(ranks[i]! - ranks[j]!));
      }
    }
  }));
});

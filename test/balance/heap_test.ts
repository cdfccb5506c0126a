import assert from "node:assert/strict";
import * as fc from "fast-check";
import { heapByDue, sinkTop } from "../../src/balance/heap.ts";

/** The slow way: who is due first, of equals the lower index. */
const firstDue = (due: Float64Array): number => due.indexOf(Math.min(...due));

Deno.test("heap: the top is always due first, and of equals the lower index", () => {
  // Small whole numbers, so that ties are the rule.
  const start = fc.array(fc.nat(5), { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(start, fc.array(fc.nat(4), { maxLength: 60 }), (start, delays) => {
    const due = Float64Array.from(start);
    const heap = heapByDue(due);
    assert.equal(heap[0], firstDue(due));
    for (const delay of delays) {
      due[heap[0]!]! += delay;
      sinkTop(heap, due);
      assert.equal(heap[0], firstDue(due));
    }
    assert.deepEqual(heap.toSorted((a, b) => a - b), [...due.keys()]);
  }));
});

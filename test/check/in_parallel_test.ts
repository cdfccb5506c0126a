import assert from "node:assert/strict";
import * as fc from "fast-check";
import { inParallel } from "../../src/check/in_parallel.ts";

Deno.test("in parallel: each once, in order, never more than the limit under way", () =>
  fc.assert(
    fc.asyncProperty(
      fc.nat(20),
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.nat(3)),
      async (count, limit, turns) => {
        const items = Array.from({ length: count }, (_, i) => i);
        const begun: number[] = [];
        let under = 0;
        let most = 0;
        await inParallel(items, limit, async (item) => {
          begun.push(item);
          most = Math.max(most, ++under);
          for (let turn = turns[item] ?? 0; turn >= 0; turn--) await Promise.resolve();
          under--;
        });
        assert.deepEqual(begun, items);
        assert.equal(most, Math.min(limit, count));
      },
    ),
  ));

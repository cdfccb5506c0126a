import assert from "node:assert/strict";
import * as fc from "fast-check";
import { rankRules } from "../../src/compile/rules.ts";
import { compileTable } from "../../src/compile/table.ts";
import { listRules } from "../../src/match/list.ts";
import type { PlacedRule } from "../../src/plan/table.ts";
import { tables } from "./arbitrary.ts";

/** Without its functions, which are made anew at each compilation. */
const plain = (placed: PlacedRule): unknown =>
  JSON.parse(JSON.stringify(placed, (_, value) => value instanceof Set ? [...value] : value));

for (const [name, routes] of tables) {
  Deno.test(`list: tables ${name}: every rule once, where it was put`, () => {
    fc.assert(
      fc.property(routes, (routes) => {
        const listed = [...listRules(compileTable(routes))];
        listed.sort((a, b) => a.rule.rank - b.rule.rank);
        assert.deepEqual(listed.map(plain), rankRules(routes).map(plain));
      }),
      { numRuns: 100 },
    );
  });
}

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { compileEdits } from "../../src/compile/headers.ts";
import type { HeaderEditsPlan } from "../../src/plan/plan.ts";
import type { PolicyHeaderEdits } from "../../src/policy/schema/policy.ts";

const rows: readonly [string, (PolicyHeaderEdits | undefined)[], HeaderEditsPlan | null][] = [
  ["no layers", [], null],
  ["empty layers", [undefined, {}, { set: {} }], null],
  ["names in lower case", [{ remove: ["X-A"] }], { remove: ["x-a"], set: [], add: [] }],
  [
    "a later set wins",
    [{ set: { a: "1" } }, { set: { A: "2" } }],
    { remove: [], set: [["a", "2"]], add: [] },
  ],
  [
    "a removal makes what was before void",
    [{ set: { a: "1" }, add: { b: "1" } }, { remove: ["a", "b"] }],
    { remove: ["a", "b"], set: [], add: [] },
  ],
  [
    "set after a removal stays set",
    [{ remove: ["a"] }, { set: { a: "1" } }],
    { remove: [], set: [["a", "1"]], add: [] },
  ],
  [
    "add after a removal is all there is",
    [{ remove: ["a"] }, { add: { a: "1" } }],
    { remove: [], set: [["a", "1"]], add: [] },
  ],
  [
    "adds of both layers",
    [{ add: { a: "1" } }, { add: { a: "2" } }],
    { remove: [], set: [], add: [["a", "1"], ["a", "2"]] },
  ],
];
for (const [name, layers, want] of rows) {
  Deno.test(`headers: ${name}`, () => assert.deepEqual(compileEdits(...layers), want));
}

function apply(headers: Headers, edits: PolicyHeaderEdits | undefined): void {
  for (const name of edits?.remove ?? []) headers.delete(name);
  for (const [name, value] of Object.entries(edits?.set ?? {})) headers.set(name, value);
  for (const [name, value] of Object.entries(edits?.add ?? {})) headers.append(name, value);
}

Deno.test("headers: one plan does what the layers do one after the other", () => {
  const name = fc.constantFrom("a", "A", "b", "c");
  const values = fc.dictionary(name, fc.constantFrom("1", "2", "3"), { maxKeys: 3 });
  const layer = fc.record({ remove: fc.array(name, { maxLength: 2 }), set: values, add: values });
  const start = fc.array(fc.tuple(name, fc.constantFrom("8", "9")), { maxLength: 4 });
  fc.assert(fc.property(start, fc.array(layer, { maxLength: 3 }), (start, layers) => {
    const want = new Headers(start);
    for (const edits of layers) apply(want, edits);
    const plan = compileEdits(...layers) ?? { remove: [], set: [], add: [] };
    const got = new Headers(start);
    for (const name of plan.remove) got.delete(name);
    for (const [name, value] of plan.set) got.set(name, value);
    for (const [name, value] of plan.add) got.append(name, value);
    assert.deepEqual([...got], [...want]);
  }));
});

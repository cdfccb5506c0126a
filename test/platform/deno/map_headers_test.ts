import assert from "node:assert/strict";
import * as fc from "fast-check";
import { MapHeaders } from "../../../src/platform/deno/map_headers.ts";

type Step =
  | { readonly op: "set" | "append"; readonly name: string; readonly value: string }
  | { readonly op: "delete"; readonly name: string };

const name = fc.constantFrom("a", "b", "c");
const value = fc.string({ unit: fc.constantFrom("x", "y", "z"), minLength: 1, maxLength: 3 });
const steps = fc.array(
  fc.oneof(
    fc.record({ op: fc.constantFrom("set", "append"), name, value }),
    fc.record({ op: fc.constant("delete"), name }),
  ) as fc.Arbitrary<Step>,
  { maxLength: 20 },
);
const start = fc.array(fc.tuple(name, value), { maxLength: 6 });

Deno.test("a map of headers reads and changes like Headers", () => {
  fc.assert(fc.property(start, steps, (pairs, changes) => {
    const native = new Headers(pairs);
    const list = MapHeaders.from(native);
    for (const step of changes) {
      for (const headers of [native, list]) {
        if (step.op === "delete") headers.delete(step.name);
        else headers[step.op](step.name, step.value);
      }
    }
    for (const each of ["a", "b", "c", "absent"]) {
      assert.equal(list.get(each), native.get(each), each);
    }
    assert.deepEqual([...list.keys()].toSorted(), [...native.keys()]);
    // As fetch takes it.
    assert.deepEqual([...new Headers([...list.values])], [...native]);
  }));
});

Deno.test("the request's own headers are not touched", () => {
  const native = new Headers({ a: "1" });
  const list = MapHeaders.from(native);
  list.set("a", "2");
  list.delete("a");
  assert.equal(native.get("a"), "1");
});

Deno.test("a replaced header keeps its place", () => {
  const list = MapHeaders.from(new Headers([["a", "1"], ["b", "1"], ["c", "1"]]));
  list.append("b", "2");
  list.set("b", "3");
  assert.deepEqual([...list.values], [["a", "1"], ["b", "3"], ["c", "1"]]);
});

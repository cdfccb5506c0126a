import assert from "node:assert/strict";
import { applyEdits } from "../../src/forward/header_edits.ts";

Deno.test("no edits change nothing", () => {
  const headers = new Headers({ a: "1" });
  applyEdits(headers, null);
  assert.deepEqual([...headers], [["a", "1"]]);
});

Deno.test("removals, then replacements, then additions", () => {
  const headers = new Headers([["a", "1"], ["b", "1"], ["b", "2"], ["c", "1"], ["d", "1"]]);
  applyEdits(headers, {
    remove: ["a", "c", "not-there"],
    set: [["b", "3"], ["e", "1"], ["c", "2"]],
    add: [["d", "2"], ["f", "1"], ["c", "3"]],
  });
  assert.deepEqual([...headers], [
    ["b", "3"],
    ["c", "2, 3"],
    ["d", "1, 2"],
    ["e", "1"],
    ["f", "1"],
  ]);
});

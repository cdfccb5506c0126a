import assert from "node:assert/strict";
import { didYouMean, editDistance, suggest } from "../../src/policy/suggest.ts";

const rows = [
  { word: "tmeout", candidates: ["timeout", "name"], want: "timeout" },
  { word: "AWS", candidates: ["aws"], want: "aws" },
  { word: "dcc", candidates: ["aws", "dc"], want: "dc" },
  { word: "splti", candidates: ["split"], want: "split" },
  { word: "reidrekt", candidates: ["respond", "redirect"], want: "redirect" },
  { word: "x", candidates: ["y"], want: "y" },
  { word: "gcp", candidates: ["aws", "dc"], want: null },
  { word: "failover", candidates: ["sticky", "redirect"], want: null },
  { word: "a".repeat(65), candidates: ["a".repeat(64)], want: null },
  { word: "same", candidates: ["same"], want: null },
];

for (const { word, candidates, want } of rows) {
  Deno.test(`suggest: ${word} of ${candidates}`, () => {
    assert.equal(suggest(word, candidates), want);
    const text = didYouMean(word, candidates);
    assert.equal(text, want === null ? "" : `, did you mean "${want}"?`);
  });
}

Deno.test("editDistance: insert, delete, replace and swap cost one each", () => {
  const distances = [["", "abc"], ["abc", "abc"], ["abc", "acb"], ["abc", "axc"], ["ab", "abc"]];
  assert.deepEqual(distances.map(([a, b]) => editDistance(a!, b!)), [3, 0, 1, 1, 1]);
});

import assert from "node:assert/strict";
import { wholeMatch } from "../../src/compile/regex.ts";
import { exampleOf } from "../../src/diff/regex_example.ts";

const patterns = [
  "/a",
  "^/a/.*$",
  "/users/[0-9]+",
  "/users/\\d{3}",
  "/(a|b)/(c|d)?",
  "/v[12]/(?:x|y)+",
  "(?i)/Shop/.+",
  "/[^/]+/[^x]/[^x1]",
  "/a{2,5}/b{3}",
  "(/a|/b)|(/c)",
  "/\\w+\\.(?:png|jpg)",
  "/(?P<id>[a-z]{2,})/\\S",
  ".*Mobile.*",
  "[\\w-]+@[\\d.]+",
  "x*?y+?",
  "",
];

for (const pattern of patterns) {
  Deno.test(`regex example: ${pattern}`, () => {
    const example = exampleOf(pattern);
    assert.ok(wholeMatch(pattern)(example), `${JSON.stringify(example)} does not match`);
  });
}

Deno.test("regex example: what it does not understand is still a text, soon found", () => {
  for (const pattern of ["(((", "[", "a{1000000000}", ")*+?{", "\\p{Greek}+", "(?", "a\\"]) {
    assert.ok(exampleOf(pattern).length < 100, pattern);
  }
});

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { queryValue } from "../../src/match/query.ts";

const rows: readonly [query: string, name: string, want: string | null][] = [
  ["", "a", null],
  ["a=1", "a", "1"],
  ["a=1&a=2", "a", "1"],
  ["b=1&a=2", "a", "2"],
  ["A=1", "a", null],
  ["aa=1&ab=2", "a", null],
  ["a", "a", ""],
  ["a=", "a", ""],
  ["a&a=1", "a", ""],
  ["&&a=1", "a", "1"],
  ["a=b=c", "a", "b=c"],
  ["a=x+y%20z", "a", "x y z"],
  ["a+b=1", "a b", "1"],
  ["%61=1", "a", "1"],
  ["caf%C3%A9=%c3%a9", "café", "é"],
  ["a=100%", "a", "100%"],
  ["a=%zz%41", "a", "%zzA"],
  ["a=%ff", "a", "\ufffd"],
];

for (const [query, name, want] of rows) {
  Deno.test(`query: ${name} of "${query}"`, () => assert.equal(queryValue(query, name), want));
}

Deno.test("query: the same as URLSearchParams", () => {
  const piece = fc.constantFrom(
    "a",
    "b",
    "=",
    "&",
    "+",
    "%61",
    "%c3%a9",
    "%",
    "%ff",
    "%2",
    "?",
    "é",
    ";",
  );
  const query = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
  const name = fc.constantFrom("a", "b", "aa", "ab", "a b", "é", "%61");
  fc.assert(
    fc.property(query, name, (query, name) => {
      assert.equal(queryValue(query, name), new URLSearchParams("?" + query).get(name));
    }),
    { numRuns: 3000 },
  );
});

import assert from "node:assert/strict";
import { compileTest } from "../../src/compile/conditions.ts";
import type { PolicyStringMatcher } from "../../src/policy/schema/policy.ts";

const rows: readonly [
  PolicyStringMatcher,
  accepts: (string | null)[],
  refuses: (string | null)[],
][] = [
  ["a", ["a"], ["A", "ab", "", null]],
  ["", [""], ["a", null]],
  [{ prefix: "ab" }, ["ab", "abc"], ["a", "xab", "AB", null]],
  [{ suffix: "bc" }, ["bc", "abc"], ["c", "bcx", null]],
  [{ regex: "a+" }, ["a", "aa"], ["", "aab", "baa", null]],
  [{ regex: "a|ab" }, ["a", "ab"], ["abb", null]],
  [{ regex: "(?i)mobile.*" }, ["Mobile Safari"], ["a mobile", null]],
  [{ regex: ".*" }, ["", "x"], [null]],
  [{ present: true }, ["", "a"], [null]],
  [{ present: false }, [null], ["", "a"]],
  [{ not: "a" }, ["b", "", null], ["a"]],
  [{ not: { prefix: "a" } }, ["b", null], ["ab"]],
  [{ not: { suffix: "a" } }, ["ab", null], ["ba"]],
  [{ not: { regex: "a+" } }, ["b", null], ["aa"]],
  [{ not: { present: true } }, [null], ["a"]],
  [{ not: { present: false } }, ["a"], [null]],
];
for (const [matcher, accepts, refuses] of rows) {
  Deno.test(`conditions: ${JSON.stringify(matcher)}`, () => {
    const test = compileTest(matcher);
    for (const value of accepts) assert.equal(test(value), true, `${value}`);
    for (const value of refuses) assert.equal(test(value), false, `${value}`);
  });
}

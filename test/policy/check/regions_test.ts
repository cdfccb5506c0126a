import assert from "node:assert/strict";
import * as fc from "fast-check";
import { patternTakes } from "../../../src/policy/check/regions.ts";

const rows: readonly [pattern: string, region: string, want: boolean][] = [
  ["eu-west-1", "eu-west-1", true],
  ["eu-west-1", "eu-west-10", false],
  ["EU-*", "eu-1", false],
  ["eu-*", "eu-", true],
  ["eu-*", "eu", false],
  ["eu-*", "neu-1", false],
  ["*", "x", true],
  ["**", "x", true],
  ["*-1", "eu-west-1", true],
  ["*-1", "eu-west-1a", false],
  ["e*t*1", "eu-west-1", true],
  ["e*t*t*1", "eu-west-1", false],
  // The two ends must not share a character.
  ["eu-*-1", "eu-1", false],
  ["aba*ba", "aba", false],
  // A dot is a dot.
  ["eu.*", "eu-1", false],
];

for (const [pattern, region, want] of rows) {
  Deno.test(`regions: ${pattern} ${want ? "takes" : "does not take"} ${region}`, () => {
    assert.equal(patternTakes(pattern, region), want);
  });
}

Deno.test("regions: a pattern takes what the same regex takes", () => {
  const letters = (more: string): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom("a", "b", "-", ...more), { maxLength: 8 }).map((all) => all.join(""));
  fc.assert(
    fc.property(letters("***"), letters(""), (pattern, region) => {
      const regex = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
      assert.equal(patternTakes(pattern, region), regex.test(region), `${pattern} on ${region}`);
    }),
    { numRuns: 3000 },
  );
});

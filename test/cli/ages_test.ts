import assert from "node:assert/strict";
import { age, duration } from "../../src/cli/ages.ts";

const S = 1_000;

const rows: [ms: number, want: string][] = [
  [-5 * S, "0 s"],
  [999, "0 s"],
  [59.9 * S, "59 s"],
  [60 * S, "1 min"],
  [3_599 * S, "59 min"],
  [3_600 * S, "1 h"],
  [86_399 * S, "23 h"],
  [86_400 * S, "1 d"],
  [400 * 86_400 * S, "400 d"],
];

for (const [ms, want] of rows) {
  Deno.test(`ages: ${ms} ms are ${want}`, () => {
    assert.equal(duration(ms), want);
    assert.equal(age(new Date(0).toISOString(), ms), want);
  });
}

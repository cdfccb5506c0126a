import assert from "node:assert/strict";
import { durationMs, limitMs, sizeBytes } from "../../src/policy/quantity.ts";
import { duration, size } from "../../src/policy/schema/units.ts";

const durations = [
  ["250ms", 250],
  ["5s", 5000],
  ["1m", 60_000],
  ["1h30m", 5_400_000],
  [
    "1h1m1s1ms",
    3_661_001,
  ],
  ["0s", 0],
  ["1m500ms", 60_500],
] as const;

for (const [text, ms] of durations) {
  Deno.test(`durationMs: ${text} is ${ms}`, () => {
    assert.ok(duration.safeParse(text).success);
    assert.equal(durationMs(text), ms);
  });
}

const sizes = [["0B", 0], ["64KiB", 65_536], ["1MiB", 1_048_576], ["2GiB", 2_147_483_648]] as const;

for (const [text, bytes] of sizes) {
  Deno.test(`sizeBytes: ${text} is ${bytes}`, () => {
    assert.ok(size.safeParse(text).success);
    assert.equal(sizeBytes(text), bytes);
  });
}

Deno.test("units: what has no unit, or units out of order, is refused", () => {
  for (const text of ["", "5", "s", "1.5s", "-1s", "1s1m", "1ms1s", "1s1s", " 1s"]) {
    assert.ok(!duration.safeParse(text).success, text);
  }
  for (const text of ["", "5", "1KB", "1 MiB", "-1B"]) {
    assert.ok(!size.safeParse(text).success, text);
  }
});

Deno.test("limitMs: 0s and an absent duration limit nothing", () => {
  assert.equal(limitMs("0s"), null);
  assert.equal(limitMs(undefined), null);
  assert.equal(limitMs("2s"), 2000);
});

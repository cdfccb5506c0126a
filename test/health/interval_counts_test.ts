import assert from "node:assert/strict";
import {
  clearCounts,
  countTry,
  intervalEnd,
  newIntervalCounts,
} from "../../src/health/interval_counts.ts";

Deno.test("interval counts: only an answer below 500 is a success", () => {
  const counts = newIntervalCounts();
  countTry(counts, "success");
  countTry(counts, "gateway-error");
  countTry(counts, "success");
  countTry(counts, "server-error");
  countTry(counts, "no-answer");
  assert.deepEqual(counts, { requests: 5, successes: 2 });
  clearCounts(counts);
  assert.deepEqual(counts, { requests: 0, successes: 0 });
});

// An interval of 10 s that began at 1000 s.
const ends = [
  { nowMs: 1_000_000, want: "open" },
  { nowMs: 1_009_999, want: "open" },
  { nowMs: 1_010_000, want: "due" },
  { nowMs: 1_019_999, want: "due" },
  { nowMs: 1_020_000, want: "stale" },
  { nowMs: 9_000_000, want: "stale" },
  { nowMs: 999_999, want: "stale" },
] as const;
for (const { nowMs, want } of ends) {
  Deno.test(`interval end: ${nowMs - 1_000_000} ms after its start it is ${want}`, () => {
    assert.equal(intervalEnd(1_000_000, 10_000, nowMs), want);
  });
}

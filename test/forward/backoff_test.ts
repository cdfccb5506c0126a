import assert from "node:assert/strict";
import * as fc from "fast-check";
import { LONGEST_RETRY_AFTER_MS, type Retry, retryWaitMs } from "../../src/forward/backoff.ts";
import { clusterPlans, forwardPlan } from "../support/plans.ts";

/** 25 ms, doubling, up to 250 ms. */
const { retry: plan } = forwardPlan(clusterPlans({ a: 1 }), { a: 1 });

const usual: Retry = {
  n: 1,
  retryAfter: null,
  elsewhere: false,
  nowMs: 1_000_000,
  deadlineMs: 1_015_000,
  random: 0.5,
};

const rows: readonly (Partial<Retry> & { name: string; want: number | null })[] = [
  { name: "no wish: by chance", want: 12 },
  { name: "the third time four times as long", n: 3, want: 50 },
  { name: "no sooner than asked", retryAfter: "4", random: 0, want: 4000 },
  { name: "spread by half as much again", retryAfter: "4", want: 5000 },
  { name: "almost half", retryAfter: "4", random: 0.9999, want: 5999 },
  { name: "whichever retry it is", retryAfter: "4", n: 3, random: 0, want: 4000 },
  { name: "of another endpoint, too", retryAfter: "4", elsewhere: true, want: 5000 },
  // 4 s of 15 are left over: less than half of 11 s.
  { name: "the spread ends at the deadline", retryAfter: "11", want: 13_000 },
  { name: "just before the deadline", retryAfter: "14", random: 0.999, want: 14_999 },
  { name: "at the deadline it is too late", retryAfter: "15", want: null },
  { name: "past it", retryAfter: "60", want: null },
  { name: "for another endpoint that is no obstacle", retryAfter: "60", elsewhere: true, want: 12 },
  { name: "no deadline", retryAfter: "60", deadlineMs: Infinity, want: 75_000 },
  { name: "the longest", retryAfter: "300", deadlineMs: Infinity, random: 0, want: 300_000 },
  { name: "beyond", retryAfter: "301", deadlineMs: Infinity, want: null },
  { name: "beyond, elsewhere", retryAfter: "301", deadlineMs: Infinity, elsewhere: true, want: 12 },
  { name: "0 is no wish", retryAfter: "0", want: 12 },
  { name: "nor is a time that has passed", retryAfter: "Thu, 01 Jan 1970 00:16:39 GMT", want: 12 },
  { name: "a date", retryAfter: "Thu, 01 Jan 1970 00:16:42 GMT", random: 0, want: 2000 },
  { name: "what can't be read is no wish", retryAfter: "later", want: 12 },
];
for (const { name, want, ...retry } of rows) {
  Deno.test(`retry wait: ${name}`, () => {
    assert.equal(retryWaitMs({ ...usual, ...retry }, plan), want);
  });
}

Deno.test("retry wait: whole milliseconds, before the deadline, never sooner than asked", () => {
  const inputs = fc.record({
    n: fc.integer({ min: 1, max: 10 }),
    asked: fc.integer({ min: 1, max: 600 }),
    leftMs: fc.integer({ min: 1, max: 600_000 }),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    elsewhere: fc.boolean(),
  });
  fc.assert(fc.property(inputs, ({ n, asked, leftMs, random, elsewhere }) => {
    const deadlineMs = usual.nowMs + leftMs;
    const retry = { ...usual, n, random, elsewhere, deadlineMs, retryAfter: String(asked) };
    const waitMs = retryWaitMs(retry, plan);
    const possible = 1000 * asked <= LONGEST_RETRY_AFTER_MS && 1000 * asked < leftMs;
    if (!possible && !elsewhere) return assert.equal(waitMs, null);
    assert.ok(Number.isInteger(waitMs));
    if (possible) assert.ok(waitMs! >= 1000 * asked && waitMs! < leftMs);
    else assert.ok(waitMs! < plan.backoffMaxMs);
  }));
});

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { retryAfterMs } from "../../src/forward/retry_after.ts";

/** Sunday, 6 November 1994, 08:49:07: half a minute before RFC 9110's example. */
const NOW_MS = 784_111_747_000;

const rows: readonly (readonly [value: string | null, want: number | null])[] = [
  [null, null],
  ["0", 0],
  ["1", 1000],
  ["120", 120_000],
  [" 5 ", 5000],
  ["007", 7000],
  ["5, 7", 5000],
  ["", null],
  ["-1", null],
  ["1.5", null],
  ["1e3", null],
  ["5s", null],
  ["soon", null],
  ["Sun, 06 Nov 1994 08:49:37 GMT", 30_000],
  ["Sunday, 06-Nov-94 08:49:37 GMT", 30_000],
  ["Sun Nov  6 08:49:37 1994", 30_000],
  ["Sun Nov 16 08:49:37 1994", 10 * 86_400_000 + 30_000],
  ["Sun, 06 Nov 1994 08:49:37 GMT, 5", 30_000],
  ["Sun, 06 Nov 1994 08:49:07 GMT", 0],
  ["Sun, 06 Nov 1994 08:00:00 GMT", 0],
  ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
  // Two digits are up to 50 years ahead, else in the past.
  ["Sunday, 06-Nov-44 08:49:07 GMT", Date.UTC(2044, 10, 6, 8, 49, 7) - NOW_MS],
  ["Sunday, 06-Nov-45 08:49:07 GMT", 0],
  ["Sun, 06 Nov 1994 08:49:37", null],
  ["Sun, 06 Nov 1994 08:49:37 CET", null],
  ["Sun, 06 Now 1994 08:49:37 GMT", null],
  ["Sun, 06 Nov 1994 24:49:37 GMT", null],
  ["Sun, 06 Nov 1994 08:60:37 GMT", null],
  ["Sun, 06 Nov 1994 8:49:37 GMT", null],
  ["Sun, 32 Nov 1994 08:49:37 GMT", null],
  ["1994-11-06T08:49:37Z", null],
];
for (const [value, want] of rows) {
  Deno.test(`Retry-After: ${value} is ${want} ms`, () => {
    assert.equal(retryAfterMs(value, NOW_MS), want);
  });
}

Deno.test("Retry-After: any date that is written as HTTP writes it is read", () => {
  const seconds = fc.integer({ min: 0, max: 253_402_300_799 });
  fc.assert(fc.property(seconds, seconds, (now, at) => {
    const text = new Date(1000 * at).toUTCString();
    assert.equal(retryAfterMs(text, 1000 * now), 1000 * Math.max(0, at - now));
  }));
});

Deno.test("Retry-After: any text is read or not, but never throws or comes to a negative time", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    const ms = retryAfterMs(text, NOW_MS);
    assert.ok(ms === null || ms >= 0);
  }));
});

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { backoffMs, isIdempotent, type TryResult, worthRetrying } from "../../src/forward/retry.ts";
import type { RetryConditions } from "../../src/plan/plan.ts";
import { defaultRetry } from "./fixture.ts";

for (const method of ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]) {
  Deno.test(`${method} is idempotent`, () => assert.ok(isIdempotent(method)));
}
for (const method of ["POST", "PATCH", "QUERY", "get", ""]) {
  Deno.test(`"${method}" is not known to be idempotent`, () => assert.ok(!isIdempotent(method)));
}

const nothing: RetryConditions = { connectFailure: false, reset: false, statuses: new Set() };
const rows: {
  name: string;
  result: TryResult;
  on: Partial<RetryConditions>;
  /** Whether GET and POST are tried again. */
  want: [get: boolean, post: boolean];
}[] = [
  {
    name: "a connection never made",
    result: { kind: "connect-failure" },
    on: { connectFailure: true },
    want: [true, true],
  },
  {
    name: "a connection never made, where only resets count",
    result: { kind: "connect-failure" },
    on: { reset: true },
    want: [false, false],
  },
  { name: "a reset", result: { kind: "reset" }, on: { reset: true }, want: [true, false] },
  {
    name: "a reset, where only connect failures count",
    result: { kind: "reset" },
    on: { connectFailure: true },
    want: [false, false],
  },
  { name: "a timeout", result: { kind: "timeout" }, on: { reset: true }, want: [true, false] },
  {
    name: "a timeout, where only statuses count",
    result: { kind: "timeout" },
    on: { statuses: new Set([504]) },
    want: [false, false],
  },
  {
    name: "a status of the list",
    result: { kind: "answer", status: 503 },
    on: { statuses: new Set([503]) },
    want: [true, false],
  },
  {
    name: "a status beside the list",
    result: { kind: "answer", status: 500 },
    on: { statuses: new Set([503]), reset: true, connectFailure: true },
    want: [false, false],
  },
  {
    name: "a success",
    result: { kind: "answer", status: 200 },
    on: { reset: true, connectFailure: true },
    want: [false, false],
  },
];
for (const { name, result, on, want } of rows) {
  Deno.test(`worth another try: ${name}`, () => {
    const retry = { ...defaultRetry, on: { ...nothing, ...on } };
    const got = ["GET", "POST"].map((method) => worthRetrying(result, method, retry));
    assert.deepEqual(got, want);
  });
}

Deno.test("back-off is full jitter below min(max, base · 2^(n-1))", () => {
  const retries = fc.record({
    base: fc.integer({ min: 1, max: 10_000 }),
    max: fc.integer({ min: 1, max: 60_000 }),
    n: fc.integer({ min: 1, max: 40 }),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });
  fc.assert(fc.property(retries, ({ base, max, n, random }) => {
    const retry = { ...defaultRetry, backoffBaseMs: base, backoffMaxMs: max };
    const ceiling = Math.min(max, base * 2 ** (n - 1));
    const waitMs = backoffMs(retry, n, random);
    assert.ok(Number.isInteger(waitMs) && waitMs >= 0 && waitMs < ceiling);
    assert.equal(backoffMs(retry, n, 0), 0);
    assert.ok(backoffMs(retry, n, 1 - 2 ** -53) >= ceiling - 1);
  }));
});

for (const [n, ceiling] of [[1, 25], [2, 50], [3, 100], [4, 200], [5, 250], [6, 250]] as const) {
  Deno.test(`the wait before retry ${n} is drawn below ${ceiling} ms by default`, () => {
    assert.equal(backoffMs(defaultRetry, n, 0.5), ceiling / 2 | 0);
  });
}

import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  beginWith,
  fairHold,
  holdFor,
  measuresOf,
  pauseFor,
  tooSparse,
} from "../../src/capacity/shares.ts";

const near = (got: number, want: number): void =>
  assert.ok(
    got === want || Math.abs(got - want) < 1e-6 * Math.max(1, Math.abs(want)),
    `${got}, not ${want}`,
  );

const buckets = [
  // 1 + 0.8 C; room for it: 201 - 0.001 - 100.
  { rate: 100, size: 81, perSecond: 100 },
  { rate: 50_000, size: 40_001, perSecond: 50_000 },
  { rate: 2, size: 2.6, perSecond: 2 },
  // Any second 2, any 10 seconds 11: 1.8 + 1 is below 3, 1.8 + 10 below 12.
  { rate: 1, size: 1.8, perSecond: 1 },
  // Any 10 seconds floor(5.75) = 5: 1 + 10 r = 5.999.
  { rate: 0.5, size: 1, perSecond: 0.4999 },
  // Any 10 seconds floor(1.725) = 1.
  { rate: 0.15, size: 1, perSecond: 0.0999 },
  { rate: 0.01, size: 1.008, perSecond: 0.01 },
];
for (const { rate, size, perSecond } of buckets) {
  Deno.test(`capacity: the bucket of ${rate} per second`, () => {
    const got = measuresOf(rate);
    near(got.size, size);
    near(got.perSecond, perSecond);
  });
}

Deno.test("capacity: no window takes more whole requests than the contract has, for any capacity", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 100_000, noNaN: true }), (rate) => {
      const { size, perSecond } = measuresOf(rate);
      assert.ok(size >= 1 && perSecond > 0 && perSecond <= rate);
      for (const [seconds, factor] of [[1, 2], [10, 1.15]] as const) {
        const may = Math.max(1, Math.floor(factor * seconds * rate + 1e-9));
        assert.ok(Math.floor(size + seconds * perSecond) <= may, `${rate} in ${seconds} s`);
      }
    }),
  );
});

const stocks = [
  { name: "enough for all", holds: [3, 4], stock: 7, want: Infinity },
  { name: "the same for each", holds: [9, 9, 9], stock: 12, want: 4 },
  { name: "who needs little gets it, the others share", holds: [9, 1, 9], stock: 11, want: 5 },
  { name: "a token at least", holds: [9, 9, 9], stock: 1, want: 1 },
];
for (const { name, holds, stock, want } of stocks) {
  Deno.test(`capacity: fair leases: ${name}`, () => near(fairHold(holds, stock), want));
}

Deno.test("capacity: a lease is what half a second brings, and two deviations", () => {
  near(holdFor(200), 1 + 100 + 20);
  near(holdFor(0), 0);
});

Deno.test("capacity: members without a lease begin with a fifth of a second, at least with one request", () => {
  assert.deepEqual(beginWith(1, 100), { requests: 20, everyMs: 50 });
  assert.deepEqual(beginWith(10, 100), { requests: 2, everyMs: 500 });
  // 4 turns of 50 / 100 seconds.
  assert.deepEqual(beginWith(50, 100), { requests: 1, everyMs: 2000 });
});

Deno.test("capacity: leases are for members whose next request is near", () => {
  const measures = { size: 81, perSecond: 100 };
  // A token out for 10/500 + 0.35 s: 219 per second, of which 150 would do.
  assert.equal(tooSparse(10, 500, measures), false);
  // Out for 1000/1000 + 0.35 s: 60 per second.
  assert.equal(tooSparse(1000, 1000, measures), true);
  assert.equal(tooSparse(1, 0.1, measures), false);
});

const pauses = [
  // 1000/100 - 1000/1000 seconds.
  { name: "as the demand is", members: 1000, demand: 1000, level: 0, draw: 0.5, everyMs: 9000 },
  {
    name: "longer by the debt",
    members: 1000,
    demand: 1000,
    level: -50,
    draw: 0.5,
    everyMs: 9500,
  },
  {
    name: "shorter by what is left",
    members: 1000,
    demand: 1000,
    level: 20,
    draw: 0.5,
    everyMs: 8800,
  },
  {
    name: "a quarter of a turn at least",
    members: 100,
    demand: 50,
    level: 0,
    draw: 0.5,
    everyMs: 250,
  },
  { name: "spread downwards", members: 1000, demand: 1000, level: 0, draw: 0, everyMs: 5400 },
];
for (const { name, everyMs, ...rest } of pauses) {
  Deno.test(`capacity: pauses: ${name}`, () => {
    const got = pauseFor({ ...rest, perSecond: 100 });
    assert.equal(got.requests, 1);
    near(got.everyMs, everyMs);
  });
}

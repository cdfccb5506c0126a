import assert from "node:assert/strict";
import * as fc from "fast-check";
import { slowStartWeight, warming } from "../../src/balance/slow_start.ts";
import type { SlowStartPlan } from "../../src/plan/resilience.ts";

const envoy: SlowStartPlan = { windowMs: 60_000, aggression: 1, minWeightPercent: 10 };

const rows = [
  { name: "just joined: the minimum", t: 0, want: 0.1 },
  { name: "below the minimum still", t: 5_999, want: 0.1 },
  { name: "a quarter of the window", t: 15_000, want: 0.25 },
  { name: "half of it, weight 8", t: 30_000, weight: 8, want: 4 },
  { name: "the last millisecond", t: 59_999, want: 59_999 / 60_000 },
  { name: "the end", t: 60_000, want: 1 },
  { name: "long ago, weight 3", t: Infinity, weight: 3, want: 3 },
  { name: "aggression 2: the square root", t: 15_000, aggression: 2, want: 0.5 },
  { name: "aggression 1/2: the square", t: 30_000, aggression: 0.5, want: 0.25 },
  { name: "aggression 0 is 1", t: 15_000, aggression: 0, want: 0.25 },
  { name: "a negative aggression is 1", t: 15_000, aggression: -2, want: 0.25 },
  { name: "no aggression at all is 1", t: 15_000, aggression: NaN, want: 0.25 },
  { name: "no minimum: 1 ms, not nothing", t: 0, minWeightPercent: 0, want: 1 / 60_000 },
  {
    name: "no minimum, aggression 2",
    t: 0,
    aggression: 2,
    minWeightPercent: 0,
    want: 60_000 ** -0.5,
  },
  { name: "a clock that went back", t: -500, minWeightPercent: 0, want: 1 / 60_000 },
  { name: "a minimum of everything", t: 0, minWeightPercent: 100, want: 1 },
  { name: "a window below a millisecond", t: 0, windowMs: 0.5, want: 1 },
];
for (const { name, t, want, weight = 1, ...settings } of rows) {
  Deno.test(`slow start: ${name}`, () => {
    const got = slowStartWeight(weight, t, { ...envoy, ...settings });
    assert.ok(Math.abs(got - want) < 1e-12, `${got}`);
  });
}

Deno.test("slow start: the weight only grows, from the minimum to all", () => {
  const settings = fc.record({
    windowMs: fc.integer({ min: 1, max: 600_000 }),
    aggression: fc.double({ min: 0.01, max: 100, noNaN: true }),
    minWeightPercent: fc.double({ min: 0, max: 100, noNaN: true }),
  });
  const time = fc.double({ min: -10, max: 700_000, noNaN: true });
  fc.assert(fc.property(settings, time, time, (settings, a, b) => {
    const early = slowStartWeight(5, Math.min(a, b), settings);
    const late = slowStartWeight(5, Math.max(a, b), settings);
    assert.ok(early <= late && late <= 5);
    assert.ok(early >= 5 * settings.minWeightPercent / 100 - 1e-12);
  }));
});

const warmingRows = [
  { name: "all long ago", since: [-Infinity, 0], now: 60_000, want: null },
  { name: "one just ended", since: [1_000, 0], now: 61_000, want: null },
  { name: "a single host", since: [0], now: 30_000, want: null },
  { name: "nobody", since: [], now: 30_000, want: null },
  { name: "one of two", since: [-Infinity, 0], now: 30_000, want: { untilMs: 60_000, of: [2, 1] } },
  { name: "both", since: [15_000, 0], now: 30_000, want: { untilMs: 75_000, of: [0.5, 1] } },
];
for (const { name, since, now, want } of warmingRows) {
  Deno.test(`warming: ${name}`, () => {
    const got = warming(since.map(() => 2), since, envoy, () => now);
    if (want === null) return assert.equal(got, null);
    assert.equal(got!.untilMs, want.untilMs);
    assert.deepEqual(since.map((_, i) => got!.weightOf(i)), want.of);
  });
}

Deno.test("warming: weights follow the clock", () => {
  let now = 0;
  const { weightOf } = warming([1, 4], [-Infinity, 0], envoy, () => now)!;
  assert.equal(weightOf(1), 0.4);
  now = 45_000;
  assert.equal(weightOf(1), 3);
  now = 60_000;
  assert.equal(weightOf(1), 4);
});

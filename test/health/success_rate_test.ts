import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { IntervalCounts } from "../../src/health/interval_counts.ts";
import { successRateOutliers, successRateThreshold } from "../../src/health/success_rate.ts";

const envoy = { minimumHosts: 5, requestVolume: 100, stdevFactor: 1.9 };

/** Each of `requests` requests, as many successes as listed. */
const counts = (successes: readonly number[], requests = 100): IntervalCounts[] =>
  successes.map((successes) => ({ requests, successes }));

// The threshold, by hand: mean - factor × √(Σ (rate - mean)² / n).
const thresholds = [
  // Mean 80, deviations 20 four times and 80: √((4·400 + 6400) / 5) = 40.
  { rates: [100, 100, 100, 100, 0], factor: 1.9, want: 4 },
  { rates: [100, 100, 100, 100, 0], factor: 2, want: 0 },
  { rates: [100, 100, 100, 100, 0], factor: 2.5, want: -20 },
  { rates: [100, 100, 100, 100, 0], factor: 0, want: 80 },
  // Mean 95, deviations 5 each: 5. With n - 1 in place of n it would be more.
  { rates: [100, 90], factor: 1, want: 90 },
  { rates: [70], factor: 1.9, want: 70 },
  // Mean 6, deviations -4, -2, -2, -2, 0, 0, 2, 8: √((16 + 3·4 + 4 + 64) / 8) = √12.
  { rates: [2, 4, 4, 4, 6, 6, 8, 14], factor: 1, want: 6 - Math.sqrt(12) },
];
for (const { rates, factor, want } of thresholds) {
  Deno.test(`success rate: threshold of ${rates} at ${factor} deviations is ${want}`, () => {
    const got = successRateThreshold(rates, factor);
    assert.ok(Math.abs(got - want) < 1e-9, `${got}`);
  });
}

const sweeps = [
  { name: "one that fails always", counts: counts([100, 100, 100, 100, 0]), want: [4] },
  { name: "wherever it stands", counts: counts([100, 0, 100, 100, 100]), want: [1] },
  {
    name: "at the threshold is not below it",
    counts: counts([100, 100, 100, 100, 0]),
    plan: { stdevFactor: 2 },
    want: [],
  },
  { name: "all alike", counts: counts([50, 50, 50, 50, 50]), want: [] },
  { name: "all down alike", counts: counts([0, 0, 0, 0, 0]), want: [] },
  {
    // Two of ten at 0: mean 80, deviation √((8·400 + 2·6400) / 10) = 40, threshold 4.
    name: "two of ten",
    counts: counts([0, 100, 100, 100, 100, 100, 100, 100, 100, 0]),
    want: [0, 9],
  },
  {
    // Two of five at 0: mean 60, deviation √((3·1600 + 2·3600) / 5) = 49, threshold below 0.
    name: "too many to stand out",
    counts: counts([0, 0, 100, 100, 100]),
    want: [],
  },
  {
    // Mean (12·100 + 3 + 1) / 14 = 86, deviation √((12·14² + 83² + 85²) / 14) ≈ 34.3, threshold ≈ 20.8.
    name: "the worst first",
    counts: counts([3, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 1]),
    want: [13, 0],
  },
  { name: "too few endpoints", counts: counts([100, 100, 100, 0]), want: [] },
  { name: "none", counts: [], plan: { minimumHosts: 0 }, want: [] },
  { name: "too few requests", counts: counts([99, 99, 99, 99, 0], 99), want: [] },
  {
    name: "four with enough requests and one without are too few",
    counts: [...counts([100, 100, 100, 0]), { requests: 99, successes: 99 }],
    want: [],
  },
  {
    name: "one without enough requests is neither out nor part of the mean",
    counts: [{ requests: 99, successes: 0 }, ...counts([100, 100, 100, 100, 0])],
    want: [5],
  },
  {
    name: "no requests, no rate, even where none are asked for",
    // Mean 50, deviation 50, threshold 25.
    counts: [...counts([0], 0), ...counts([100, 0])],
    plan: { requestVolume: 0, minimumHosts: 2, stdevFactor: 0.5 },
    want: [2],
  },
];
for (const { name, counts, plan, want } of sweeps) {
  Deno.test(`success rate: ${name}`, () => {
    assert.deepEqual(successRateOutliers(counts, { ...envoy, ...plan }), want);
  });
}

const someCounts = fc.array(
  fc.integer({ min: 1, max: 300 }).chain((requests) =>
    fc.record({ requests: fc.constant(requests), successes: fc.integer({ min: 0, max: requests }) })
  ),
  { maxLength: 20 },
);
const rateOf = ({ requests, successes }: IntervalCounts): number => successes / requests;

Deno.test("success rate: who is out did worse than each who stays, and the best one stays", () => {
  const factor = fc.constantFrom(0, 0.5, 1, 1.9);
  fc.assert(fc.property(someCounts, factor, (counts, stdevFactor) => {
    const plan = { minimumHosts: 1, requestVolume: 50, stdevFactor };
    const judged = counts.filter(({ requests }) => requests >= 50);
    const out = successRateOutliers(counts, plan).map((index) => counts[index]!);
    assert.equal(new Set(out).size, out.length);
    assert.ok(out.every((one) => judged.includes(one)));
    const stay = judged.filter((one) => !out.includes(one));
    assert.ok(judged.length === 0 || stay.length > 0);
    for (const one of out) {
      for (const other of stay) assert.ok(rateOf(one) < rateOf(other));
    }
  }));
});

Deno.test("success rate: of endpoints that did the same none is out, however rates are rounded", () => {
  const same = fc.tuple(
    fc.nat(1000),
    fc.integer({ min: 1, max: 1000 }),
    fc.integer({ min: 1, max: 40 }),
  );
  fc.assert(fc.property(same, fc.constantFrom(0, 0.1, 1.9), ([ok, failed, n], stdevFactor) => {
    const alike = Array.from({ length: n }, (_, i) => ({
      requests: (i + 1) * (ok + failed),
      successes: (i + 1) * ok,
    }));
    const plan = { minimumHosts: 1, requestVolume: 1, stdevFactor };
    assert.deepEqual(successRateOutliers(alike, plan), []);
  }));
});

Deno.test("success rate: a larger factor never ejects more", () => {
  fc.assert(fc.property(someCounts, (counts) => {
    const out = [0, 0.5, 1, 1.5, 1.9, 2.5].map((stdevFactor) =>
      successRateOutliers(counts, { minimumHosts: 1, requestVolume: 1, stdevFactor })
    );
    for (let i = 1; i < out.length; i++) {
      assert.ok(out[i]!.every((index) => out[i - 1]!.includes(index)));
    }
  }));
});

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { failurePercentageOutliers } from "../../src/health/failure_percentage.ts";
import type { IntervalCounts } from "../../src/health/interval_counts.ts";

const envoy = { threshold: 85, minimumHosts: 5, requestVolume: 50 };

/** Each of `requests` requests, as many failures as listed. */
const counts = (failures: readonly number[], requests = 100): IntervalCounts[] =>
  failures.map((failures) => ({ requests, successes: requests - failures }));

const sweeps = [
  { name: "from the threshold on", counts: counts([0, 84, 85, 86, 100]), want: [4, 3, 2] },
  {
    name: "all of them, if all are that bad",
    counts: counts([90, 90, 90, 90, 90]),
    want: [0, 1, 2, 3, 4],
  },
  { name: "none", counts: counts([0, 0, 0, 0, 84]), want: [] },
  // 85 % of 60 is 51.
  { name: "of odd numbers", counts: counts([50, 51, 0, 0, 0], 60), want: [1] },
  {
    // 58 % of 50, and 29 / 50 in binary, times 100, falls short of it.
    name: "exactly at any threshold",
    counts: counts([28, 29, 30, 0, 0], 50),
    plan: { threshold: 58 },
    want: [2, 1],
  },
  { name: "too few endpoints", counts: counts([100, 100, 100, 100]), want: [] },
  { name: "too few requests", counts: counts([49, 49, 49, 49, 49], 49), want: [] },
  {
    name: "endpoints without enough requests are neither counted nor judged",
    counts: [...counts([100, 0, 0, 0]), ...counts([49], 49)],
    want: [],
  },
  {
    name: "nor ejected when others are enough",
    counts: [...counts([49], 49), ...counts([0, 0, 90, 0, 0])],
    want: [3],
  },
  {
    name: "no requests",
    counts: counts([0, 0], 0),
    plan: { minimumHosts: 0, requestVolume: 0 },
    want: [],
  },
];
for (const { name, counts, plan, want } of sweeps) {
  Deno.test(`failure percentage: ${name}`, () => {
    assert.deepEqual(failurePercentageOutliers(counts, { ...envoy, ...plan }), want);
  });
}

Deno.test("failure percentage: a higher threshold never ejects more; 100 only who failed always", () => {
  const some = fc.array(
    fc.integer({ min: 1, max: 200 }).chain((requests) =>
      fc.record({ requests: fc.constant(requests), successes: fc.nat(requests) })
    ),
    { maxLength: 12 },
  );
  const two = fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 }));
  fc.assert(fc.property(some, two, (counts, [a, b]) => {
    const at = (threshold: number): number[] =>
      failurePercentageOutliers(counts, { threshold, minimumHosts: 1, requestVolume: 1 });
    const lower = at(Math.min(a, b));
    assert.ok(at(Math.max(a, b)).every((index) => lower.includes(index)));
    assert.ok(at(100).every((index) => counts[index]!.successes === 0));
  }));
});

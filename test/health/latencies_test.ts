import assert from "node:assert/strict";
import * as fc from "fast-check";
import { Latencies } from "../../src/health/latencies.ts";

const latenciesOf = (samples: Iterable<number>): Latencies => {
  const latencies = new Latencies();
  for (const sample of samples) latencies.add(sample);
  return latencies;
};

/** The least sample that at least `part` of all do not exceed. */
const exact = (samples: readonly number[], part: number): number =>
  samples.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(part * samples.length)) - 1]!;

// A bucket ends at 2^(k/4): 1.19 1.41 1.68 2 2.38 2.83 3.36 4 4.76 5.66 6.73 8 9.51 …
const rows = [
  { samples: [0], part: 0.5, want: 1 },
  { samples: [1], part: 0.5, want: 1 },
  { samples: [2], part: 0.5, want: 2 },
  { samples: [3], part: 0.5, want: 3 },
  { samples: [4], part: 0.5, want: 4 },
  { samples: [5], part: 0.5, want: 5 },
  { samples: [6], part: 0.5, want: 6 },
  { samples: [7], part: 0.5, want: 8 },
  { samples: [8], part: 0.5, want: 9 },
  { samples: [100], part: 0.99, want: 107 }, // 2^(27/4) = 107.6
  { samples: [1_000], part: 0.99, want: 1_024 },
  { samples: [15_000], part: 0.99, want: 16_384 },
  // The last bucket takes all that is longer, up to never: it ends at 2^24.
  { samples: [1e9], part: 0.5, want: 16_777_216 },
  { samples: [Infinity], part: 0.5, want: 16_777_216 },
  { samples: [-5], part: 0.5, want: 1 },

  { samples: [1, 4], part: 0, want: 1 },
  { samples: [1, 4], part: 0.5, want: 1 },
  { samples: [1, 4], part: 0.51, want: 4 },
  { samples: [4, 1, 1], part: 0.5, want: 1 },
  { samples: [1, 1, 1, 4], part: 0.75, want: 1 },
  { samples: [1, 1, 1, 4], part: 0.76, want: 4 },
  { samples: [1, 1, 1, 4], part: 1, want: 4 },
];
for (const { samples, part, want } of rows) {
  Deno.test(`latencies: ${part} of ${samples} is ${want}`, () => {
    assert.equal(latenciesOf(samples).quantile(part), want);
  });
}

Deno.test("latencies: nothing is known before the first answer", () => {
  assert.equal(new Latencies().quantile(0.5), null);
});

Deno.test("latencies: a quantile is never too low, and at most 19 % too high", () => {
  // From 1 ms to an hour, each magnitude as likely as the others.
  const ms = fc.double({ min: 0, max: 21.8, noNaN: true }).map((log) => Math.round(2 ** log));
  const samples = fc.array(ms, { minLength: 1, maxLength: 300 });
  const part = fc.constantFrom(0.01, 0.25, 0.5, 0.9, 0.99, 1);
  fc.assert(
    fc.property(samples, part, (samples, part) => {
      const got = latenciesOf(samples).quantile(part)!;
      const want = exact(samples, part);
      assert.ok(got >= want && got <= want * 2 ** 0.25, `${got} for ${want}`);
    }),
    { numRuns: 500 },
  );
});

Deno.test("latencies: quantiles rise with the part", () => {
  const samples = fc.array(fc.nat(100_000), { minLength: 1 });
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(samples, part, part, (samples, one, other) => {
    const latencies = latenciesOf(samples);
    const [low, high] = [Math.min(one, other), Math.max(one, other)];
    assert.ok(latencies.quantile(low)! <= latencies.quantile(high)!);
  }));
});

Deno.test("latencies: the old is halved away, but for good only after many more", () => {
  const latencies = latenciesOf(new Array(1_000).fill(8_000));
  const add = (count: number): void => {
    for (let i = 0; i < count; i++) latencies.add(1);
  };
  add(999);
  // 1,000 slow ones of 1,999.
  assert.equal(latencies.quantile(0.5), 8_192);
  add(1);
  // 2,000 are halved to 500 and 500: the median is the fast one, three of four are still slow.
  assert.equal(latencies.quantile(0.5), 1);
  assert.equal(latencies.quantile(0.75), 8_192);
  // Each 1,000 more leave half of them: 250, 125, 62, 31, 15 of 1,000. Under 1 % after 7 in all.
  add(5_000);
  assert.equal(latencies.quantile(0.99), 8_192);
  add(1_000);
  assert.equal(latencies.quantile(0.99), 1);
  add(100_000);
  assert.equal(latencies.quantile(1), 1);
});

Deno.test("latencies: however many there are, there is always an answer", () => {
  // One in each bucket is halved to none: the fullest always stay.
  const latencies = new Latencies();
  for (let i = 0; i < 20_000; i++) {
    latencies.add(2 ** ((i % 96) / 4));
    const [p50, p99] = [latencies.quantile(0.5)!, latencies.quantile(0.99)!];
    assert.ok(p50 >= 1 && p99 >= p50 && p99 <= 16_777_216);
  }
});

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { DECAY_MS, type Latency, observed } from "../../src/balance/peak_ewma.ts";

/** After this long an average counts for half. */
const HALF = DECAY_MS * Math.LN2;

// Each answer: [milliseconds since the one before, round trip].
const averageRows = [
  { name: "the first answer", answers: [[0, 100]], want: 100 },
  { name: "a peak counts whole, at once", answers: [[0, 100], [0, 900]], want: 900 },
  { name: "a faster one at the same moment: nothing", answers: [[0, 900], [0, 100]], want: 900 },
  { name: "a faster one later: half of each", answers: [[0, 900], [HALF, 100]], want: 500 },
  { name: "and again", answers: [[0, 900], [HALF, 100], [HALF, 100]], want: 300 },
  { name: "much later: the new one", answers: [[0, 900], [100 * HALF, 100]], want: 100 },
  { name: "a clock that went back", answers: [[0, 900], [-5_000, 100]], want: 900 },
] as const;
for (const { name, answers, want } of averageRows) {
  Deno.test(`peak EWMA: ${name}`, () => {
    let [latency, now]: [Latency | null, number] = [null, 1_000_000];
    for (const [after, roundTripMs] of answers) {
      now += after;
      latency = observed(latency, roundTripMs, now);
    }
    assert.ok(Math.abs(latency!.averageMs - want) < 1e-9, `${latency!.averageMs}`);
    assert.equal(latency!.atMs, now);
  });
}

Deno.test("peak EWMA: an average stays within what was seen", () => {
  const answers = fc.array(fc.tuple(fc.nat(60_000), fc.nat(10_000)), { minLength: 1 });
  fc.assert(fc.property(answers, (answers) => {
    let [latency, now]: [Latency | null, number] = [null, 0];
    for (const [after, roundTripMs] of answers) {
      now += after;
      latency = observed(latency, roundTripMs, now);
      assert.ok(latency.averageMs >= roundTripMs - 1e-9, "never below the last answer");
    }
    const seen = answers.map(([, roundTripMs]) => roundTripMs);
    assert.ok(latency!.averageMs <= Math.max(...seen) + 1e-9);
  }));
});

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { DECAY_MS, type Latency, latencyLoad, observed } from "../../src/balance/peak_ewma.ts";

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

const known: Latency = { averageMs: 80, atMs: 5_000 };
const loadRows = [
  { name: "idle", latency: known, active: 0, now: 5_000, want: 80 },
  { name: "three wait", latency: known, active: 3, now: 5_000, want: 320 },
  { name: "half forgotten", latency: known, active: 1, now: 5_000 + HALF, want: 80 },
  { name: "a clock that went back", latency: known, active: 0, now: 0, want: 80 },
  { name: "nobody knows it, idle: try it", latency: null, active: 0, now: 0, want: 0 },
];
for (const { name, latency, active, now, want } of loadRows) {
  Deno.test(`latency as load: ${name}`, () => {
    const got = latencyLoad(latency, active, now);
    assert.ok(Math.abs(got - want) < 1e-9, `${got}`);
  });
}

Deno.test("latency as load: who was asked and never answered is the last choice", () => {
  const hung = latencyLoad(null, 1, 0);
  assert.ok(hung > latencyLoad({ averageMs: 600_000, atMs: 0 }, 1_000, 0));
  assert.ok(latencyLoad(null, 2, 0) > hung);
});

Deno.test("peak EWMA: an average stays within what was seen, and its load within reason", () => {
  const answers = fc.array(fc.tuple(fc.nat(60_000), fc.nat(10_000)), { minLength: 1 });
  fc.assert(fc.property(answers, fc.nat(100), fc.nat(100_000), (answers, active, idleMs) => {
    let [latency, now]: [Latency | null, number] = [null, 0];
    for (const [after, roundTripMs] of answers) {
      now += after;
      latency = observed(latency, roundTripMs, now);
      assert.ok(latency.averageMs >= roundTripMs - 1e-9, "never below the last answer");
    }
    const seen = answers.map(([, roundTripMs]) => roundTripMs);
    assert.ok(latency!.averageMs <= Math.max(...seen) + 1e-9);
    const load = latencyLoad(latency, active, now);
    assert.ok(latencyLoad(latency, active, now + idleMs) <= load, "fades while idle");
    assert.ok(latencyLoad(latency, active + 1, now) >= load, "grows with what waits");
  }));
});

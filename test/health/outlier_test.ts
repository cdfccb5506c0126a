import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { OutlierPlan } from "../../src/plan/plan.ts";
import {
  eject,
  mayEject,
  newOutlierState,
  observe,
  type Outcome,
  outcomeOf,
  release,
} from "../../src/health/outlier.ts";
import { defaultOutlier } from "../support/plans.ts";

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  s: "success",
  g: "gateway-error",
  e: "server-error",
  n: "no-answer",
};

// One letter for each try (see OUTCOMES), one sign for each: `!` where a threshold is reached.
const sequences = [
  { name: "too few", all: 5, gateway: 0, tries: "eeee", want: "...." },
  { name: "enough", all: 5, gateway: 0, tries: "eeeee", want: "....!" },
  { name: "of any kind", all: 5, gateway: 0, tries: "egnen", want: "....!" },
  { name: "a success starts anew", all: 3, gateway: 0, tries: "eeseesnns", want: "........." },
  { name: "anew, and enough", all: 3, gateway: 0, tries: "eeseee", want: ".....!" },
  { name: "counts anew once reached", all: 3, gateway: 0, tries: "eeeeeee", want: "..!..!." },
  { name: "the first one is enough", all: 1, gateway: 0, tries: "esn", want: "!.!" },
  { name: "off", all: 0, gateway: 0, tries: "eeggnnee", want: "........" },
  { name: "gateway errors alone", all: 0, gateway: 3, tries: "ggg", want: "..!" },
  { name: "no answer is a gateway error", all: 0, gateway: 3, tries: "gng", want: "..!" },
  {
    name: "another 5xx interrupts gateway errors",
    all: 0,
    gateway: 3,
    tries: "ggeggeggg",
    want: "........!",
  },
  {
    name: "a success interrupts gateway errors",
    all: 0,
    gateway: 2,
    tries: "gsgsg",
    want: ".....",
  },
  { name: "gateway errors count as 5xx too", all: 4, gateway: 2, tries: "egeg", want: "...!" },
  {
    name: "each threshold restarts its own count only",
    all: 5,
    gateway: 2,
    tries: "ggeee",
    want: ".!..!",
  },
  {
    name: "and the other way round",
    all: 2,
    gateway: 3,
    tries: "ggg",
    want: ".!!",
  },
  {
    name: "both at once",
    all: 2,
    gateway: 2,
    tries: "ggg",
    want: ".!.",
  },
];
for (const { name, all, gateway, tries, want } of sequences) {
  Deno.test(`outlier thresholds: ${name}`, () => {
    const plan = { ...defaultOutlier, consecutive5xx: all, consecutiveGatewayErrors: gateway };
    const state = newOutlierState();
    const signs = [...tries].map((letter) => observe(state, OUTCOMES[letter]!, plan) ? "!" : ".");
    assert.equal(signs.join(""), want);
  });
}

const statuses: readonly [number, Outcome][] = [
  [101, "success"],
  [200, "success"],
  [304, "success"],
  [404, "success"],
  [429, "success"],
  [499, "success"],
  [500, "server-error"],
  [501, "server-error"],
  [502, "gateway-error"],
  [503, "gateway-error"],
  [504, "gateway-error"],
  [505, "server-error"],
  [599, "server-error"],
];
for (const [status, want] of statuses) {
  Deno.test(`outlier outcome: ${status} is a ${want}`, () => assert.equal(outcomeOf(status), want));
}

const lengths: OutlierPlan = {
  ...defaultOutlier,
  intervalMs: 10_000,
  baseEjectionMs: 30_000,
  maxEjectionMs: 100_000,
};
// Each step: milliseconds in service before the next ejection, and that ejection's length.
const ejections = [
  { name: "the first", steps: [[0, 30_000]] },
  { name: "one at once after another", steps: [[0, 30_000], [0, 60_000], [0, 90_000]] },
  {
    name: "at most the maximum",
    steps: [[0, 30_000], [0, 60_000], [0, 90_000], [0, 100_000], [0, 100_000]],
  },
  { name: "less than an interval forgives nothing", steps: [[0, 30_000], [9_999, 60_000]] },
  { name: "an interval forgives one", steps: [[0, 30_000], [10_000, 30_000], [0, 60_000]] },
  { name: "almost two forgive one", steps: [[0, 30_000], [0, 60_000], [19_999, 60_000]] },
  { name: "two forgive two", steps: [[0, 30_000], [0, 60_000], [20_000, 30_000]] },
  { name: "never less than the first", steps: [[0, 30_000], [3_600_000, 30_000], [0, 60_000]] },
  {
    name: "beyond the maximum they count on",
    steps: [[0, 30_000], [0, 60_000], [0, 90_000], [0, 100_000], [0, 100_000], [20_000, 100_000]],
  },
];
for (const { name, steps } of ejections) {
  Deno.test(`outlier ejection: ${name}`, () => {
    const state = newOutlierState();
    let nowMs = 1_700_000_000_000;
    for (const [inServiceMs, lengthMs] of steps as [number, number][]) {
      nowMs += inServiceMs;
      eject(state, lengths, nowMs);
      assert.equal(state.ejectedUntilMs - nowMs, lengthMs);
      assert.equal(release(state, nowMs + lengthMs - 1), false);
      nowMs += lengthMs;
      assert.equal(release(state, nowMs), true);
      assert.equal(state.ejectedUntilMs, 0);
      assert.equal(release(state, nowMs + 1), false);
    }
  });
}

Deno.test("outlier ejection: time in service counts from the return, however late it was seen", () => {
  const state = newOutlierState();
  eject(state, lengths, 0);
  assert.ok(release(state, 500_000));
  eject(state, lengths, 505_000);
  assert.equal(state.ejectedUntilMs, 565_000);
});

Deno.test("outlier ejection: a clock set back lengthens nothing", () => {
  const state = newOutlierState();
  eject(state, lengths, 1_000_000);
  release(state, 1_030_000);
  eject(state, lengths, 500_000);
  assert.equal(state.ejectedUntilMs, 560_000);
});

const caps = [
  { percent: 100, hosts: 1, ejected: 0, want: true },
  { percent: 100, hosts: 4, ejected: 3, want: true },
  { percent: 99, hosts: 4, ejected: 3, want: false },
  { percent: 50, hosts: 1, ejected: 0, want: false },
  { percent: 50, hosts: 2, ejected: 0, want: true },
  { percent: 50, hosts: 2, ejected: 1, want: false },
  { percent: 50, hosts: 3, ejected: 0, want: true },
  { percent: 50, hosts: 3, ejected: 1, want: false },
  { percent: 50, hosts: 4, ejected: 1, want: true },
  { percent: 10, hosts: 9, ejected: 0, want: false },
  { percent: 10, hosts: 10, ejected: 0, want: true },
  { percent: 33.3, hosts: 3, ejected: 0, want: false },
  { percent: 33.4, hosts: 3, ejected: 0, want: true },
  { percent: 0, hosts: 100, ejected: 0, want: false },
];
for (const { percent, hosts, ejected, want } of caps) {
  Deno.test(`outlier cap: ${percent} % of ${hosts}, ${ejected} out: ${want}`, () => {
    assert.equal(
      mayEject(ejected, hosts, { ...defaultOutlier, maxEjectionPercent: percent }),
      want,
    );
  });
}

Deno.test("outlier thresholds are reached exactly at every n-th failure of a run", () => {
  const outcomes = fc.array(fc.constantFrom(...Object.values(OUTCOMES)), { maxLength: 60 });
  fc.assert(fc.property(outcomes, fc.integer({ min: 1, max: 6 }), (outcomes, limit) => {
    const plan = { ...defaultOutlier, consecutive5xx: limit };
    const state = newOutlierState();
    let run = 0;
    for (const outcome of outcomes) {
      run = outcome === "success" ? 0 : run + 1;
      assert.equal(observe(state, outcome, plan), run > 0 && run % limit === 0);
    }
  }));
});

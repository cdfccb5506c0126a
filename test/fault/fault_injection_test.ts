import assert from "node:assert/strict";
import * as fc from "fast-check";
import { drawFaults, type FaultWish, faultWish } from "../../src/fault/fault_injection.ts";
import type { FaultPlan } from "../../src/plan/resilience.ts";
import { assertShares, seededRandom, tally } from "../support/random.ts";

const none: FaultWish = {
  delayMs: null,
  delayPercent: null,
  abortStatus: null,
  abortPercent: null,
};
const both: FaultPlan = { delay: { percent: 5, forMs: 2000 }, abort: { percent: 1, status: 503 } };
const byHeader: FaultPlan = {
  delay: { percent: 100, forMs: null },
  abort: { percent: 100, status: null },
};
const ALMOST_1 = 1 - 2 ** -53;

interface Row {
  readonly name: string;
  readonly plan?: FaultPlan;
  readonly wish?: Partial<FaultWish>;
  readonly draws: readonly [delay: number, abort: number];
  readonly want: readonly [delayMs: number, abortStatus: number | null];
}
const rows: readonly Row[] = [
  { name: "both", draws: [0, 0], want: [2000, 503] },
  { name: "the delay alone", draws: [0.049, 0.01], want: [2000, null] },
  { name: "the abort alone", draws: [0.05, 0.009], want: [0, 503] },
  { name: "neither", draws: [0.5, 0.5], want: [0, null] },
  { name: "no faults", plan: { delay: null, abort: null }, draws: [0, 0], want: [0, null] },
  { name: "a delay only", plan: { ...both, abort: null }, draws: [0, 0], want: [2000, null] },
  { name: "an abort only", plan: { ...both, delay: null }, draws: [0, 0], want: [0, 503] },
  {
    name: "0 % is never",
    plan: { delay: { percent: 0, forMs: 1 }, abort: { percent: 0, status: 500 } },
    draws: [0, 0],
    want: [0, null],
  },
  {
    name: "100 % is always",
    plan: { delay: { percent: 100, forMs: 1 }, abort: { percent: 100, status: 500 } },
    draws: [ALMOST_1, ALMOST_1],
    want: [1, 500],
  },
  {
    name: "less than 1 %",
    plan: { ...both, abort: { percent: 0.25, status: 500 } },
    draws: [1, 0.0024],
    want: [0, 500],
  },

  { name: "by header alone, and no header", plan: byHeader, draws: [0, 0], want: [0, null] },
  {
    name: "by header",
    plan: byHeader,
    wish: { delayMs: 70, abortStatus: 418 },
    draws: [ALMOST_1, ALMOST_1],
    want: [70, 418],
  },
  {
    name: "a header wins over the route",
    wish: { delayMs: 70, abortStatus: 418 },
    draws: [0, 0],
    want: [70, 418],
  },
  {
    name: "but it is drawn as the route says",
    wish: { delayMs: 70, abortStatus: 418 },
    draws: [0.05, 0.01],
    want: [0, null],
  },
  {
    name: "one header, one fault",
    plan: byHeader,
    wish: { abortStatus: 418 },
    draws: [0, 0],
    want: [0, 418],
  },
  {
    name: "a lower percentage",
    plan: byHeader,
    wish: { delayMs: 70, delayPercent: 30, abortStatus: 418, abortPercent: 40 },
    draws: [0.3, 0.39],
    want: [0, 418],
  },
  {
    name: "a percentage is capped at the route's",
    wish: { delayMs: 70, delayPercent: 100, abortStatus: 418, abortPercent: 100 },
    draws: [0.05, 0.0099],
    want: [0, 418],
  },
  {
    name: "0 % by header",
    plan: byHeader,
    wish: { delayMs: 70, delayPercent: 0, abortStatus: 418, abortPercent: 0 },
    draws: [0, 0],
    want: [0, null],
  },
  {
    name: "a percentage alone changes nothing",
    wish: { delayPercent: 0, abortPercent: 0 },
    draws: [0, 0],
    want: [2000, 503],
  },
  { name: "a delay of nothing", wish: { delayMs: 0 }, draws: [0, 1], want: [0, null] },
  {
    name: "nothing to steer where the route has no such fault",
    plan: { delay: null, abort: null },
    wish: { delayMs: 70, abortStatus: 418 },
    draws: [0, 0],
    want: [0, null],
  },
];
for (const { name, plan = both, wish, draws, want } of rows) {
  Deno.test(`faults: ${name}`, () => {
    const [delay, abort] = draws;
    const [delayMs, abortStatus] = want;
    const got = drawFaults(plan, { ...none, ...wish }, { delay, abort });
    assert.deepEqual(got, { delayMs, abortStatus });
  });
}

const DELAY = "x-envoy-fault-delay-request";
const ABORT = "x-envoy-fault-abort-request";
const headerRows: readonly (readonly [string, string, Partial<FaultWish>])[] = [
  [DELAY, "250", { delayMs: 250 }],
  [DELAY, "0", { delayMs: 0 }],
  [DELAY, "250, 900", { delayMs: 250 }],
  [DELAY, "-1", {}],
  [DELAY, "2.5", {}],
  [DELAY, "2s", {}],
  [DELAY, "", {}],
  [DELAY, "9999999999", {}],
  [`${DELAY}-percentage`, "30", { delayPercent: 30 }],
  [`${DELAY}-percentage`, "0.5", { delayPercent: 0.5 }],
  [`${DELAY}-percentage`, "500", { delayPercent: 500 }],
  [`${DELAY}-percentage`, "-5", {}],
  [`${DELAY}-percentage`, "all", {}],
  [ABORT, "200", { abortStatus: 200 }],
  [ABORT, "599", { abortStatus: 599 }],
  [ABORT, "503, 200", { abortStatus: 503 }],
  [ABORT, "199", {}],
  [ABORT, "600", {}],
  [ABORT, "5030", {}],
  [ABORT, "teapot", {}],
  [`${ABORT}-percentage`, "30", { abortPercent: 30 }],
  ["x-envoy-fault-throughput-response", "30", {}],
];
for (const [name, value, want] of headerRows) {
  Deno.test(`fault headers: ${name}: ${value}`, () => {
    const header = (asked: string): string | null => asked === name ? value : null;
    assert.deepEqual(faultWish(header, true), { ...none, ...want });
    assert.deepEqual(faultWish(header, false), none);
  });
}

Deno.test("faults: no header makes a fault likelier", () => {
  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const percent = fc.double({ min: 0, max: 100, noNaN: true });
  const text = fc.oneof(fc.string(), fc.nat().map(String));
  const rates = fc.record({ delay: percent, abort: percent });
  const draws = fc.record({ delay: unit, abort: unit });
  fc.assert(fc.property(rates, text, draws, (rates, text, draws) => {
    const plan: FaultPlan = {
      delay: { percent: rates.delay, forMs: 10 },
      abort: { percent: rates.abort, status: 500 },
    };
    const asked = drawFaults(plan, faultWish(() => text, true), draws);
    const unasked = drawFaults(plan, none, draws);
    if (asked.delayMs > 0) assert.ok(unasked.delayMs > 0);
    if (asked.abortStatus !== null) assert.ok(unasked.abortStatus !== null);
  }));
});

Deno.test("faults: delay and abort are independent", () => {
  const plan: FaultPlan = { delay: { percent: 30, forMs: 1 }, abort: { percent: 20, status: 500 } };
  const random = seededRandom(11);
  // Neither, delay alone, abort alone, both.
  const counts = tally(4, 20_000, () => {
    const { delayMs, abortStatus } = drawFaults(plan, none, { delay: random(), abort: random() });
    return delayMs + (abortStatus === null ? 0 : 2);
  });
  assertShares(counts, [0.7 * 0.8, 0.3 * 0.8, 0.7 * 0.2, 0.3 * 0.2]);
});

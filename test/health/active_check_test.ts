import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  checked,
  type CheckResult,
  checkResult,
  type CheckState,
  endsEjection,
  firstWaitMs,
  nextWaitMs,
  saysOut,
  takenOut,
  UNCHECKED,
  type Verdict,
} from "../../src/health/active_check.ts";
import type { HealthCheckPlan } from "../../src/plan/resilience.ts";

const plan: HealthCheckPlan = {
  path: "/healthz",
  headers: [],
  timeoutMs: 2000,
  intervalMs: 10_000,
  noTrafficIntervalMs: 60_000,
  jitterMs: 0,
  jitterPercent: 0,
  initialJitterMs: 0,
  unhealthyThreshold: 3,
  healthyThreshold: 2,
  expect: new Set([200]),
};

const RESULTS: Readonly<Record<string, CheckResult>> = {
  h: "healthy",
  d: "degraded",
  f: "failed",
  x: "out",
};
const VERDICTS: Readonly<Record<Verdict, string>> = {
  unknown: "?",
  healthy: "H",
  degraded: "D",
  unhealthy: "U",
  excluded: "X",
};

// One letter for each check (see RESULTS), `!` for a client's answer that says the endpoint is
// out; below it the verdict afterwards (see VERDICTS).
const sequences = [
  { name: "the first success settles it", checks: "h", want: "H" },
  { name: "so does the first failure", checks: "f", want: "U" },
  { name: "a first success, degraded", checks: "d", want: "D" },
  { name: "two failures are too few", checks: "hff", want: "HHH" },
  { name: "three in a row are enough", checks: "hfff", want: "HHHU" },
  { name: "in a row", checks: "hffhffhfff", want: "HHHHHHHHHU" },
  { name: "one success is too few", checks: "fh", want: "UU" },
  { name: "two in a row are enough", checks: "fhh", want: "UUH" },
  { name: "in a row, too", checks: "fhfhfhh", want: "UUUUUUH" },
  { name: "out and back and out", checks: "fhhfffhh", want: "UUHHHUUH" },
  { name: "degraded and back at once", checks: "hdhd", want: "HDHD" },
  { name: "degraded is in service: failures count", checks: "dfff", want: "DDDU" },
  { name: "a degraded success counts towards the return", checks: "fdh", want: "UUH" },
  { name: "the last success says as what it returns", checks: "fhd", want: "UUD" },
  { name: "out at once by its own word", checks: "hx", want: "HX" },
  { name: "as the first result, too", checks: "x", want: "X" },
  { name: "in any answer", checks: "h!", want: "HX" },
  { name: "before the first check", checks: "!h", want: "XX" },
  { name: "back by successes in a row", checks: "hxhxhh", want: "HXXXXH" },
  { name: "failing does not make it less out", checks: "hxfh", want: "HXXX" },
  { name: "unhealthy, then out", checks: "fx", want: "UX" },
];
for (const { name, checks, want } of sequences) {
  Deno.test(`active check: ${name}`, () => {
    let state: CheckState = UNCHECKED;
    const verdicts = [...checks].map((letter) => {
      state = letter === "!" ? takenOut() : checked(state, RESULTS[letter]!, plan);
      return VERDICTS[state.verdict];
    });
    assert.equal(verdicts.join(""), want);
  });
}

Deno.test("active check: a threshold that a push lowered takes effect at the next result", () => {
  let state = checked(UNCHECKED, "healthy", plan);
  state = checked(state, "failed", plan);
  assert.equal(state.verdict, "healthy");
  state = checked(state, "failed", { ...plan, unhealthyThreshold: 1 });
  assert.equal(state.verdict, "unhealthy");
});

const DEGRADED = { "x-envoy-degraded": "" };
const OUT = { "x-envoy-immediate-health-check-fail": "true" };
interface AnswerRow {
  readonly name: string;
  readonly status: number | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expect?: readonly number[];
  readonly want: CheckResult;
}
const answers: readonly AnswerRow[] = [
  { name: "no answer", status: null, want: "failed" },
  { name: "expected", status: 200, want: "healthy" },
  { name: "not expected", status: 204, want: "failed" },
  { name: "another one expected", status: 204, expect: [204, 401], want: "healthy" },
  { name: "200 only unless set", status: 200, expect: [204], want: "failed" },
  { name: "500", status: 500, want: "failed" },
  { name: "degraded, whatever the value", status: 200, headers: DEGRADED, want: "degraded" },
  { name: "failed is worse than degraded", status: 503, headers: DEGRADED, want: "failed" },
  { name: "out", status: 503, headers: OUT, want: "out" },
  { name: "out, whatever the status", status: 200, headers: OUT, want: "out" },
  {
    name: "out is worse than degraded",
    status: 200,
    headers: { ...DEGRADED, ...OUT },
    want: "out",
  },
];
for (const { name, status, headers = {}, expect = [200], want } of answers) {
  Deno.test(`active check's answer: ${name}`, () => {
    const header = (name: string): string | null => headers[name] ?? null;
    const answer = status === null ? null : { status, header };
    assert.equal(checkResult(answer, new Set(expect)), want);
    assert.equal(saysOut(header), want === "out");
  });
}

const returns = [
  { before: "h", result: "h", want: true },
  { before: "h", result: "d", want: true },
  { before: "", result: "h", want: true },
  { before: "f", result: "h", want: false },
  { before: "fh", result: "h", want: true },
  { before: "h", result: "f", want: false },
  { before: "h", result: "x", want: false },
];
for (const { before, result, want } of returns) {
  Deno.test(`active check: after "${before}", "${result}" ends an ejection: ${want}`, () => {
    let state = UNCHECKED;
    for (const letter of before + result) state = checked(state, RESULTS[letter]!, plan);
    assert.equal(endsEjection(state, RESULTS[result]!), want);
  });
}

Deno.test("active check: beyond the first, a verdict moves only after a threshold's run or its word", () => {
  const results = fc.array(fc.constantFrom(...Object.values(RESULTS)), { minLength: 1 });
  const thresholds = fc.record({
    unhealthyThreshold: fc.integer({ min: 1, max: 4 }),
    healthyThreshold: fc.integer({ min: 1, max: 4 }),
  });
  const inService = ({ verdict }: CheckState): boolean =>
    verdict === "healthy" || verdict === "degraded";
  fc.assert(fc.property(results, thresholds, (results, thresholds) => {
    let state = checked(UNCHECKED, results[0]!, { ...plan, ...thresholds });
    for (let i = 1; i < results.length; i++) {
      const before = state;
      state = checked(before, results[i]!, { ...plan, ...thresholds });
      if (inService(before) && !inService(state) && results[i] !== "out") {
        const run = results.slice(0, i + 1).slice(-thresholds.unhealthyThreshold);
        assert.ok(run.every((result) => result === "failed"));
      }
      if (!inService(before) && inService(state)) {
        const run = results.slice(0, i + 1).slice(-thresholds.healthyThreshold);
        assert.ok(run.every((result) => result === "healthy" || result === "degraded"));
      }
    }
  }));
});

// Draws: first the fixed jitter's, then the percentage's.
const waits = [
  { name: "the interval", plan: {}, hadTraffic: true, draws: [0.9, 0.9], want: 10_000 },
  {
    name: "slower before any traffic",
    plan: {},
    hadTraffic: false,
    draws: [0.9, 0.9],
    want: 60_000,
  },
  {
    name: "some time more",
    plan: { jitterMs: 1000 },
    hadTraffic: true,
    draws: [0.5, 0.9],
    want: 10_500,
  },
  {
    name: "some part more",
    plan: { jitterPercent: 20 },
    hadTraffic: true,
    draws: [0.9, 0.5],
    want: 11_000,
  },
  {
    name: "both",
    plan: { jitterMs: 1000, jitterPercent: 20 },
    hadTraffic: true,
    draws: [0.25, 0.75],
    want: 11_750,
  },
  {
    name: "the part is of the interval in force",
    plan: { jitterPercent: 10 },
    hadTraffic: false,
    draws: [0, 0.5],
    want: 63_000,
  },
];
for (const { name, plan: change, hadTraffic, draws, want } of waits) {
  Deno.test(`active check's wait: ${name}`, () => {
    const left = [...draws];
    assert.equal(nextWaitMs({ ...plan, ...change }, hadTraffic, () => left.shift()!), want);
  });
}

Deno.test("active check's wait: the first one is anything up to the initial jitter", () => {
  assert.equal(firstWaitMs(plan, 0.99), 0);
  assert.equal(firstWaitMs({ ...plan, initialJitterMs: 5000 }, 0.5), 2500);
});

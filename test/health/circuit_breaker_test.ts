import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  enterFirstTry,
  enterRetry,
  leaveFirstTry,
  leaveRetry,
  newBreakerState,
} from "../../src/health/circuit_breaker.ts";
import type { CircuitBreakerPlan } from "../../src/plan/resilience.ts";

const atMost = (max: number, maxRequests = 1024): CircuitBreakerPlan => ({
  maxRequests,
  retries: { kind: "max", max },
});
const budget = (percent = 20, minConcurrency = 3, maxRequests = 1024): CircuitBreakerPlan => ({
  maxRequests,
  retries: { kind: "budget", percent, minConcurrency },
});

// What is under way, and whether one more of each may come.
const rows = [
  { name: "nothing under way", plan: atMost(3), under: [0, 0], first: true, retry: true },
  { name: "the last place", plan: atMost(3, 10), under: [9, 0], first: true, retry: true },
  { name: "full of first tries", plan: atMost(3, 10), under: [10, 0], first: false, retry: false },
  { name: "full with retries", plan: atMost(3, 10), under: [8, 2], first: false, retry: false },
  {
    name: "over a limit that was lowered",
    plan: atMost(3, 5),
    under: [9, 1],
    first: false,
    retry: false,
  },
  {
    name: "nothing at all is let in",
    plan: atMost(3, 0),
    under: [0, 0],
    first: false,
    retry: false,
  },
  { name: "the third retry", plan: atMost(3), under: [500, 2], first: true, retry: true },
  { name: "a fourth retry", plan: atMost(3), under: [500, 3], first: true, retry: false },
  { name: "no retries", plan: atMost(0), under: [5, 0], first: true, retry: false },

  {
    name: "the minimum with nothing else there",
    plan: budget(),
    under: [0, 2],
    first: true,
    retry: true,
  },
  { name: "and no more", plan: budget(), under: [0, 3], first: true, retry: false },
  // 20 % of 15 is 3, of 19 is 3.8, of 20 is 4, of 24 is 4.8, of 25 is 5.
  { name: "3 of 15", plan: budget(), under: [15, 3], first: true, retry: false },
  { name: "4 of 19", plan: budget(), under: [19, 3], first: true, retry: false },
  { name: "4 of 20", plan: budget(), under: [20, 3], first: true, retry: true },
  { name: "5 of 24", plan: budget(), under: [24, 4], first: true, retry: false },
  { name: "5 of 25", plan: budget(), under: [25, 4], first: true, retry: true },
  {
    name: "retries do not count as first tries",
    plan: budget(50, 0),
    under: [3, 1],
    first: true,
    retry: false,
  },
  {
    name: "no minimum, nothing there",
    plan: budget(20, 0),
    under: [4, 0],
    first: true,
    retry: false,
  },
  {
    name: "no minimum, the first of 5",
    plan: budget(20, 0),
    under: [5, 0],
    first: true,
    retry: true,
  },
  { name: "as many as first tries", plan: budget(100, 0), under: [7, 6], first: true, retry: true },
  { name: "a minimum alone", plan: budget(0, 1), under: [100, 0], first: true, retry: true },
  { name: "neither", plan: budget(0, 0), under: [100, 0], first: true, retry: false },
  {
    name: "full comes before the budget",
    plan: budget(20, 3, 10),
    under: [10, 0],
    first: false,
    retry: false,
  },
];
for (const { name, plan, under, first, retry } of rows) {
  Deno.test(`circuit breaker: ${name}`, () => {
    const [firstTries, retries] = under as [number, number];
    const one = { firstTries, retries };
    assert.equal(enterFirstTry(one, plan), first ? "entered" : "circuit_open");
    assert.deepEqual(one, { firstTries: firstTries + (first ? 1 : 0), retries });
    const other = { firstTries, retries };
    assert.equal(enterRetry(other, plan), retry ? "entered" : "refused");
    assert.deepEqual(other, { firstTries, retries: retries + (retry ? 1 : 0) });
  });
}

Deno.test("circuit breaker: a place that is left can be taken", () => {
  const state = newBreakerState();
  const plan = atMost(1, 2);
  assert.equal(enterFirstTry(state, plan), "entered");
  assert.equal(enterRetry(state, plan), "entered");
  assert.equal(enterFirstTry(state, plan), "circuit_open");
  leaveRetry(state);
  assert.equal(enterFirstTry(state, plan), "entered");
  leaveFirstTry(state);
  assert.equal(enterRetry(state, plan), "entered");
});

Deno.test("circuit breaker: whatever comes and goes, every limit holds when something is let in", () => {
  const plans = fc.oneof(
    fc.tuple(fc.nat(8), fc.nat(20)).map(([max, all]) => atMost(max, all)),
    fc.tuple(fc.nat(100), fc.nat(4), fc.nat(20)).map(([p, min, all]) => budget(p, min, all)),
  );
  const steps = fc.array(fc.constantFrom("first", "first", "retry", "end first", "end retry"));
  fc.assert(fc.property(plans, steps, (plan, steps) => {
    const state = newBreakerState();
    let [firstTries, retries] = [0, 0];
    for (const step of steps) {
      if (step === "first" && enterFirstTry(state, plan) === "entered") {
        firstTries++;
        assert.ok(firstTries + retries <= plan.maxRequests);
      } else if (step === "retry" && enterRetry(state, plan) === "entered") {
        retries++;
        assert.ok(firstTries + retries <= plan.maxRequests);
        const allowed = plan.retries.kind === "max" ? plan.retries.max : Math.max(
          plan.retries.minConcurrency,
          Math.floor(plan.retries.percent * firstTries / 100),
        );
        assert.ok(retries <= allowed);
      } else if (step === "end first" && firstTries > 0) {
        firstTries--;
        leaveFirstTry(state);
      } else if (step === "end retry" && retries > 0) {
        retries--;
        leaveRetry(state);
      }
      assert.deepEqual(state, { firstTries, retries });
    }
  }));
});

import assert from "node:assert/strict";
import { grant } from "../../src/capacity/bucket.ts";
import { CapacityGates } from "../../src/capacity/gates.ts";
import type { CapacityAsk } from "../../src/capacity/lease.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { clusterPlan } from "../support/plans.ts";

const T = 1_700_000_000_000;

const planOf = (capacities: Readonly<Record<string, number | null>>): Plan => ({
  revision: "1",
  clusters: Object.entries(capacities).map(([name, capacity], index) =>
    clusterPlan(name, { capacity }, index)
  ),
} as Partial<Plan> as Plan);

const answers = (asks: readonly CapacityAsk[]) => asks.map((ask) => grant(null, ask, T).grant);

const admitted = (gates: CapacityGates, cluster: string, nowMs: number): number => {
  let passed = 0;
  for (let i = 0; i < 500; i++) if (gates.admit(cluster, nowMs)) passed++;
  return passed;
};

Deno.test("capacity gates: clusters without a capacity take all, and nothing is asked", () => {
  const gates = new CapacityGates("me");
  gates.adopt(planOf({ a: null, b: null }));
  assert.equal(admitted(gates, "b", T), 500);
  assert.equal(gates.nextAskMs(), Infinity);
  assert.deepEqual(gates.asks(T), []);
});

Deno.test("capacity gates: a new capacity is asked for before there is a request", () => {
  const gates = new CapacityGates("me");
  gates.adopt(planOf({ a: null, b: 100, c: 10 }));
  assert.ok(gates.nextAskMs() <= T);
  const asks = gates.asks(T);
  assert.deepEqual(asks.map(({ cluster, ratePerSecond }) => [cluster, ratePerSecond]), [
    ["b", 100],
    ["c", 10],
  ]);
  gates.granted(asks, answers(asks), T + 10);
  assert.ok(gates.nextAskMs() > T + 10);
  assert.deepEqual(gates.asks(T + 1_000), []);
  assert.equal(gates.nextAskMs(), Infinity, "idle");
  // Alone, and since a second: a fifth of a second's requests.
  assert.equal(admitted(gates, "b", T + 1_010), 20);
  assert.ok(gates.nextAskMs() <= T + 1_010, "a request brings the next ask forward");
});

Deno.test("capacity gates: an ask that got no answer has failed", () => {
  const gates = new CapacityGates("me");
  gates.adopt(planOf({ a: 10, b: 10 }));
  const asks = gates.asks(T);
  gates.granted(asks, answers(asks.slice(0, 1)), T + 10);
  gates.admit("a", T + 20);
  gates.admit("b", T + 20);
  assert.deepEqual(gates.asks(T + 105).map(({ cluster }) => cluster), ["a"]);
  assert.deepEqual(gates.asks(T + 110).map(({ cluster }) => cluster), ["b"]);
});

Deno.test("capacity gates: a gate outlives a change of the plan", () => {
  const gates = new CapacityGates("me");
  gates.adopt(planOf({ a: 100, b: 100 }));
  admitted(gates, "b", T);
  const asks = gates.asks(T);
  gates.granted(asks, answers(asks), T + 10);
  gates.adopt(planOf({ b: 100, c: null }));
  assert.ok(admitted(gates, "b", T + 20) > 10, "b's tokens");
  assert.equal(admitted(gates, "c", T + 20), 500);
});

Deno.test("capacity gates: a changed capacity holds at once, a dropped one no longer", () => {
  const gates = new CapacityGates("me");
  gates.adopt(planOf({ a: 1_000 }));
  admitted(gates, "a", T);
  const asks = gates.asks(T);
  gates.granted(asks, answers(asks), T + 10);
  gates.adopt(planOf({ a: 10 }));
  const [ask] = gates.asks(T + 20);
  assert.equal(ask?.ratePerSecond, 10);
  assert.ok(ask.unspent <= 8, `${ask.unspent}`);
  assert.ok(admitted(gates, "a", T + 20) <= 10);
  gates.adopt(planOf({ a: null }));
  assert.equal(admitted(gates, "a", T + 30), 500);
  assert.equal(gates.nextAskMs(), Infinity);
});

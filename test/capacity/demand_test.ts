import assert from "node:assert/strict";
import { Demand } from "../../src/capacity/demand.ts";

const feed = (demand: Demand, count: number, fromMs: number, everyMs: number): number => {
  for (let i = 0; i < count; i++) demand.add(fromMs + i * everyMs);
  return fromMs + count * everyMs;
};

Deno.test("demand: nothing before the first request", () => {
  assert.equal(new Demand().perSecond(5_000), 0);
});

Deno.test("demand: a first request says one per second, more say more", () => {
  const demand = new Demand();
  demand.add(1_000);
  assert.equal(demand.perSecond(1_010), 1);
  feed(demand, 39, 1_010, 1);
  assert.equal(demand.perSecond(1_050), 40);
});

Deno.test("demand: a window with four requests closes after 250 ms, and the average follows by half", () => {
  const demand = new Demand();
  let now = feed(demand, 50, 0, 10);
  assert.equal(demand.perSecond(now), 100);
  now = feed(demand, 150, now, 2);
  assert.equal(demand.perSecond(now), 100 + (500 - 100) / 2);
});

Deno.test("demand: one request in ten seconds is a tenth per second", () => {
  const demand = new Demand();
  demand.add(0);
  assert.equal(demand.perSecond(10_000), 0.1);
  demand.add(19_990);
  assert.equal(demand.perSecond(20_000), 0.1);
});

Deno.test("demand: a burst counts before its window closes", () => {
  const demand = new Demand();
  demand.add(0);
  assert.equal(demand.perSecond(10_000), 0.1);
  feed(demand, 80, 10_010, 1);
  assert.equal(demand.perSecond(10_100), 80);
});

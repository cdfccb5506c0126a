import assert from "node:assert/strict";
import { InFlight } from "../../src/health/in_flight.ts";

const T = 1_000_000;

/** How many are under way, by letters that enter and leave. */
function world(): {
  readonly flights: InFlight;
  count: number;
  enter(untilMs: number): () => void;
} {
  const flights = new InFlight();
  const state = {
    flights,
    count: 0,
    enter: (untilMs: number): () => void => {
      state.count++;
      return flights.enter(T, untilMs, () => state.count--);
    },
  };
  return state;
}

Deno.test("in flight: who leaves, leaves once", () => {
  const state = world();
  const [leave] = [state.enter(T + 100), state.enter(T + 100)];
  leave();
  leave();
  assert.equal(state.count, 1);
});

const rows = [
  { name: "before its time", untilMs: T + 5_000, sweepMs: T + 5_999, left: 1 },
  { name: "after its time", untilMs: T + 5_000, sweepMs: T + 6_000, left: 0 },
  { name: "without a limit, for long", untilMs: Infinity, sweepMs: T + 300_999, left: 1 },
  { name: "without a limit, for too long", untilMs: Infinity, sweepMs: T + 301_000, left: 0 },
];
for (const { name, untilMs, sweepMs, left } of rows) {
  Deno.test(`in flight: what was left behind, ${name}`, () => {
    const state = world();
    const leave = state.enter(untilMs);
    state.flights.sweep(sweepMs);
    assert.equal(state.count, left);
    leave();
    assert.equal(state.count, 0, "a late end changes nothing more");
  });
}

Deno.test("in flight: looks once a second", () => {
  const state = world();
  state.flights.sweep(T);
  state.enter(T - 5_000);
  state.flights.sweep(T + 999);
  assert.equal(state.count, 1);
  state.flights.sweep(T + 1_000);
  assert.equal(state.count, 0);
});

import assert from "node:assert/strict";
import { Teller } from "../../src/fleet/teller.ts";
import { statusOf } from "./fakes.ts";

Deno.test("teller: what has not changed is told again after a while, counted from the last time", () => {
  const teller = new Teller(100);
  const taken = [0, 99, 100, 150, 199, 200].map((nowMs) => teller.take(statusOf(), nowMs) !== null);
  assert.deepEqual(taken, [true, false, true, false, false, true]);
});

Deno.test("teller: a change is told at once, an equal status is none", () => {
  const teller = new Teller(Infinity);
  assert.notEqual(teller.take(statusOf(), 0), null);
  assert.equal(teller.take({ ...statusOf() }, 0), null);
  const worse = statusOf({ lastError: { code: "missing", message: "gone", at: "now" } });
  assert.equal(teller.take(worse, 0), worse);
});

Deno.test("teller: what did not arrive is told again at once", () => {
  const teller = new Teller(Infinity);
  teller.take(statusOf(), 0);
  teller.failed();
  assert.notEqual(teller.take(statusOf(), 0), null);
  assert.equal(teller.take(statusOf(), 0), null);
});

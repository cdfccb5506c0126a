import assert from "node:assert/strict";
import { startLoop } from "../../../src/platform/deno/loop.ts";
import { withFakeTimers } from "../../support/timers.ts";

/** A loop whose turns take as long as the test says. */
function counting(waits: readonly number[]): {
  turns: () => number;
  turn: () => Promise<number>;
  stop: AbortController;
} {
  let count = 0;
  return {
    turns: () => count,
    turn: () => Promise.resolve(waits[Math.min(count++, waits.length - 1)]!),
    stop: new AbortController(),
  };
}

Deno.test("loop: each turn says when the next one is", () =>
  withFakeTimers(async (clock) => {
    const { turns, turn, stop } = counting([100, 50, 1_000]);
    const loop = startLoop(turn, stop.signal);
    await clock.advance(0);
    assert.equal(turns(), 1);
    await clock.advance(99);
    assert.equal(turns(), 1);
    await clock.advance(1);
    assert.equal(turns(), 2);
    await clock.advance(50);
    assert.equal(turns(), 3);
    stop.abort();
    await loop.done;
    assert.equal(clock.pending, 0);
  }));

Deno.test("loop: woken, it turns at once, also out of endless sleep", () =>
  withFakeTimers(async (clock) => {
    const { turns, turn, stop } = counting([Infinity]);
    const loop = startLoop(turn, stop.signal);
    await clock.advance(1_000_000);
    assert.equal(turns(), 1);
    loop.wake();
    await clock.advance(0);
    assert.equal(turns(), 2);
    await clock.advance(1_000_000);
    assert.equal(turns(), 2);
    stop.abort();
    await loop.done;
  }));

Deno.test("loop: woken in the middle of a turn, it turns once more", () =>
  withFakeTimers(async (clock) => {
    const stop = new AbortController();
    const first = Promise.withResolvers<void>();
    let turns = 0;
    const loop = startLoop(async () => {
      if (++turns === 1) await first.promise;
      return 1_000;
    }, stop.signal);
    loop.wake();
    loop.wake();
    first.resolve();
    await clock.advance(0);
    assert.equal(turns, 2);
    await clock.advance(999);
    assert.equal(turns, 2);
    stop.abort();
    await loop.done;
  }));

Deno.test("loop: stopped in the middle of a turn, it ends with that turn", () =>
  withFakeTimers(async (clock) => {
    const stop = new AbortController();
    const first = Promise.withResolvers<void>();
    let over = false;
    const loop = startLoop(() => first.promise.then(() => 0), stop.signal);
    void loop.done.then(() => over = true);
    stop.abort();
    await clock.advance(0);
    assert.equal(over, false);
    first.resolve();
    await loop.done;
    assert.equal(clock.pending, 0);
  }));

Deno.test("loop: stopped before it began, it does nothing", async () => {
  const { turns, turn } = counting([0]);
  await startLoop(turn, AbortSignal.abort()).done;
  assert.equal(turns(), 0);
});

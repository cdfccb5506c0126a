import assert from "node:assert/strict";
import { sleep } from "../../../src/platform/deno/sleep.ts";
import { withFakeTimers } from "../../support/timers.ts";

Deno.test("sleep: ends after its time, and not before", () =>
  withFakeTimers(async (clock) => {
    let over = false;
    void sleep(100, new AbortController().signal).then(() => over = true);
    await clock.advance(99);
    assert.equal(over, false);
    await clock.advance(1);
    assert.equal(over, true);
  }));

Deno.test("sleep: ends when it is aborted, before or while it sleeps, and leaves no timer", () =>
  withFakeTimers(async (clock) => {
    await sleep(100, AbortSignal.abort());
    const stop = new AbortController();
    const asleep = sleep(100, stop.signal);
    assert.equal(clock.pending, 1);
    stop.abort();
    await asleep;
    assert.equal(clock.pending, 0);
  }));

import assert from "node:assert/strict";
import { timers } from "../../../src/platform/deno/timers.ts";
import { FakeClock } from "../../support/timers.ts";

function fixture(): { clock: FakeClock; after: ReturnType<typeof timers>; set: () => number } {
  const clock = new FakeClock();
  let set = 0;
  const after = timers({
    now: () => clock.nowMs,
    setTimeout: (callback, ms) => {
      set++;
      return clock.after(ms, callback);
    },
  });
  return { clock, after, set: () => set };
}

Deno.test("timers: each calls back at its time, in order, and once", async () => {
  const { clock, after } = fixture();
  const fired: string[] = [];
  after(50, () => fired.push("a"));
  await clock.advance(20);
  after(50, () => fired.push("b"));
  after(10, () => fired.push("short"));
  await clock.advance(29);
  assert.deepEqual(fired, ["short"]);
  await clock.advance(1);
  assert.deepEqual(fired, ["short", "a"]);
  await clock.advance(20);
  assert.deepEqual(fired, ["short", "a", "b"]);
  await clock.advance(1000);
  assert.deepEqual(fired, ["short", "a", "b"]);
});

Deno.test("timers: a cancelled one never calls back, wherever it stood in its queue", async () => {
  for (const cancelled of [0, 1, 2]) {
    const { clock, after } = fixture();
    const fired: number[] = [];
    const cancels = [0, 1, 2].map((i) => after(50, () => fired.push(i)));
    cancels[cancelled]!();
    await clock.advance(60);
    assert.deepEqual(fired, [0, 1, 2].filter((i) => i !== cancelled));
  }
});

Deno.test("timers: any number of one length that are cancelled cost one of the runtime's", async () => {
  const { clock, after, set } = fixture();
  for (let i = 0; i < 1000; i++) after(50, () => assert.fail("was cancelled"))();
  assert.equal(set(), 1);
  await clock.advance(50);
  assert.equal(clock.pending, 0);
});

Deno.test("timers: one set by a callback for the same length waits its full time", async () => {
  const { clock, after } = fixture();
  const fired: number[] = [];
  after(50, () => {
    fired.push(clock.nowMs);
    after(50, () => fired.push(clock.nowMs));
  });
  const start = clock.nowMs;
  await clock.advance(200);
  assert.deepEqual(fired.map((ms) => ms - start), [50, 100]);
});

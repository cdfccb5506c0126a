import assert from "node:assert/strict";
import { Drain } from "../../../src/platform/deno/drain.ts";
import { settle, withFakeTimers } from "../../support/timers.ts";

Deno.test("without uploads a drain shuts down at once", () =>
  withFakeTimers(async (clock) => {
    let shut = false;
    await new Drain().run(() => {
      shut = true;
      return Promise.resolve();
    }, 1_000);
    assert.ok(shut);
    assert.equal(clock.pending, 0);
  }));

Deno.test("a drain waits for every upload before it shuts down", () =>
  withFakeTimers(async (clock) => {
    const drain = new Drain();
    const first = Promise.withResolvers<Response>();
    const second = Promise.withResolvers<Response>();
    const answered = drain.upload(first.promise);
    const failed = drain.upload(second.promise);
    let shut = false;
    const running = drain.run(() => {
      shut = true;
      return Promise.resolve();
    }, 1_000);
    await clock.advance(500);
    assert.ok(!shut);
    first.resolve(new Response("done"));
    assert.equal(await (await answered).text(), "done");
    await settle();
    assert.ok(!shut);
    second.reject(new TypeError("a bug"));
    await assert.rejects(failed, TypeError);
    await running;
    assert.ok(shut);
    assert.equal(clock.pending, 0);
  }));

Deno.test("an upload that was answered before is not waited for", () =>
  withFakeTimers(async (clock) => {
    const drain = new Drain();
    await drain.upload(new Response());
    await drain.run(() => Promise.resolve(), 1_000);
    assert.equal(clock.pending, 0);
  }));

Deno.test("patience ends: uploads", () =>
  withFakeTimers(async (clock) => {
    const drain = new Drain();
    void drain.upload(new Promise(() => {}));
    let shut = false;
    let ended = false;
    const running = drain.run(() => {
      shut = true;
      return new Promise(() => {});
    }, 1_000).then(() => ended = true);
    await clock.advance(999);
    assert.ok(!shut && !ended);
    await clock.advance(1);
    await running;
    assert.ok(shut, "the listener is closed all the same");
  }));

Deno.test("patience ends: responses", () =>
  withFakeTimers(async (clock) => {
    let ended = false;
    const running = new Drain().run(() => new Promise(() => {}), 1_000).then(() => ended = true);
    await clock.advance(999);
    assert.ok(!ended);
    await clock.advance(1);
    await running;
  }));

Deno.test("a shutdown that fails is heard, and leaves no timer", () =>
  withFakeTimers(async (clock) => {
    const failing = (): Promise<void> => Promise.reject(new TypeError("a bug"));
    await assert.rejects(new Drain().run(failing, 1_000), TypeError);
    assert.equal(clock.pending, 0);
  }));

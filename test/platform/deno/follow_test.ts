import assert from "node:assert/strict";
import { follow } from "../../../src/store/follow.ts";
import { PolicyFeed } from "../../../src/store/feed.ts";
import type { FeedEvent } from "../../../src/store/status.ts";
import type { PolicyStore } from "../../../src/store/port.ts";
import { fakeReader, FakeStore, policyText, revisionOfText, stampFor } from "../../store/fakes.ts";
import { memoryKv, storeOn } from "./fakes.ts";

const [a, b] = [policyText("a"), policyText("b")];

/** A feed, and the revisions that it activates, one after another. */
function activations(store: PolicyStore): { feed: PolicyFeed; next: () => Promise<string> } {
  const seen: string[] = [];
  let wake: () => void = () => {};
  const log = (event: FeedEvent): void => {
    if (event.event !== "policy_activated") return;
    seen.push(event.revision);
    wake();
  };
  const feed = new PolicyFeed({ store, reader: fakeReader(), now: () => 0, later: () => {}, log });
  const next = async (): Promise<string> => {
    while (seen.length === 0) await new Promise<void>((resolve) => wake = resolve);
    return seen.shift()!;
  };
  return { feed, next };
}

const untilAborted = (_ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve()));

Deno.test("follow: watch brings a push at once, long before the next look", () =>
  memoryKv(async (kv) => {
    const stop = new AbortController();
    const store = storeOn(kv);
    const { feed, next } = activations(store);
    const options = { refreshMs: 30_000, sleep: untilAborted, signal: stop.signal };
    const following = follow(feed, store, options);
    await storeOn(kv).write(a, await stampFor(a));
    assert.equal(await next(), await revisionOfText(a));
    await storeOn(kv).write(b, await stampFor(b));
    assert.equal(await next(), await revisionOfText(b));
    stop.abort();
    await following;
  }));

Deno.test("follow: without watch, every look brings what is new", async () => {
  const stop = new AbortController();
  const store = new FakeStore();
  const { feed } = activations(store);
  const slept: number[] = [];
  const sleep = (ms: number): Promise<void> => {
    slept.push(ms);
    if (slept.length === 1) store.put(a);
    if (slept.length === 2) stop.abort();
    return Promise.resolve();
  };
  await follow(feed, store, { refreshMs: 5_000, sleep, signal: stop.signal });
  assert.equal(feed.active?.text, a);
  assert.deepEqual(slept, [5_000, 5_000]);
});

Deno.test("follow: stopped before it began, it ends", () =>
  memoryKv(async (kv) => {
    const store = storeOn(kv);
    const { feed } = activations(store);
    const signal = AbortSignal.abort();
    await follow(feed, store, { refreshMs: 1, sleep: untilAborted, signal });
  }));

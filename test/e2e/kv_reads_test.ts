/** What a Worker asks of KV, and what it does while KV does not answer. */
import assert from "node:assert/strict";
import { CountingKv, type RunningWorker, startWorker } from "./support/worker.ts";

const saying = (body: string): string =>
  JSON.stringify({ clusters: {}, routes: [{ name: "r", respond: { status: 200, body } }] });

/** A request that waits for KV fails instead of hanging. */
async function answer({ url }: RunningWorker): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  return response.status === 200 ? text : `${response.status} ${JSON.parse(text).code}`;
}

const answers = (worker: RunningWorker, times: number): Promise<string[]> =>
  Promise.all(Array.from({ length: times }, () => answer(worker)));

/** Asks until it is so; each question may make the Worker look at KV. */
async function until(worker: RunningWorker, holds: (text: string) => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!holds(await answer(worker))) {
    assert.ok(Date.now() < end, `not within 10 s; log:\n${worker.log()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Behind the first response, a raw put is kept as last good, and entered into the history. */
const adopted = (worker: RunningWorker, kv: CountingKv): Promise<void> =>
  until(worker, () =>
    kv.writes.some((key) => key.startsWith("last-good/")) &&
    kv.writes.some((key) => key.startsWith("activations/")));

Deno.test("a warm Worker reads KV at its refresh and not otherwise", async () => {
  await using kv = new CountingKv();
  kv.put("policy", saying("one"));
  await using worker = await startWorker(kv, { LIMEN_REFRESH: "3600" });
  assert.equal(await answer(worker), "one");
  const policyReads = (): number => kv.reads.filter((key) => key === "policy").length;
  await adopted(worker, kv);
  // The Worker's own, and that of the register, which takes nobody's word for it.
  assert.equal(policyReads(), 2);
  const before = kv.reads.length;
  for (let i = 0; i < 20; i++) {
    assert.deepEqual(new Set(await answers(worker, 100)), new Set(["one"]));
  }
  assert.equal(kv.reads.length, before);
});

Deno.test("a Worker's refresh reads one key, however many requests there are", async () => {
  await using kv = new CountingKv();
  kv.put("policy", saying("one"));
  await using worker = await startWorker(kv, { LIMEN_REFRESH: "0.2" });
  assert.equal(await answer(worker), "one");
  await adopted(worker, kv);
  const [began, before] = [Date.now(), kv.reads.length];
  while (Date.now() - began < 1_000) await answers(worker, 100);
  const looks = (Date.now() - began) / 200;
  const reads = kv.reads.slice(before).filter((key) => !key.startsWith("last-good/"));
  assert.ok(reads.length <= looks + 2, `${reads.length} reads in ${looks} intervals`);
  assert.deepEqual(new Set(reads), new Set(["policy"]));
  // An unchanged policy is no news.
  assert.equal(worker.log().match(/"policy_activated"/g)?.length, 1);
  kv.put("policy", saying("two"));
  await until(worker, (text) => text === "two");
});

Deno.test("no request waits for a KV that is slow or broken", async () => {
  await using kv = new CountingKv();
  kv.put("policy", saying("one"));
  await using worker = await startWorker(kv, { LIMEN_REFRESH: "0.1" });
  assert.equal(await answer(worker), "one");
  kv.mood = "broken";
  await until(worker, (text) => {
    assert.equal(text, "one");
    return worker.log().includes(`"unreachable"`);
  });
  kv.mood = "silent";
  const before = kv.reads.length;
  await until(worker, (text) => {
    assert.equal(text, "one");
    return kv.reads.length > before;
  });
  assert.deepEqual(new Set(await answers(worker, 50)), new Set(["one"]));
  kv.mood = "well";
  kv.put("policy", saying("two"));
  await until(worker, (text) => text === "two");
});

Deno.test("a cold Worker without KV says so, and serves as soon as KV is there", async () => {
  await using kv = new CountingKv();
  kv.mood = "broken";
  kv.put("policy", saying("one"));
  await using worker = await startWorker(kv, {});
  assert.equal(await answer(worker), "503 not_ready");
  kv.mood = "well";
  assert.equal(await answer(worker), "one");
});

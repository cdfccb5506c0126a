import assert from "node:assert/strict";
import { NO_POLICY } from "../../../src/store/port.ts";
import type { KVNamespace } from "@cloudflare/workers-types/index.ts";
import type { PolicyNamespace } from "../../../src/platform/cloudflare/kv_namespace.ts";
import { KvPolicyStore } from "../../../src/platform/cloudflare/policy_store.ts";
import type { StoredDocument, StoreRead } from "../../../src/store/port.ts";
import { versionOf } from "../../../src/store/version.ts";
import { feedOn, policyText, revisionOfText, stampFor } from "../../store/fakes.ts";
import { FakeKv } from "./fake_kv.ts";

const [a, b] = [policyText("a"), policyText("b")];
const [ra, rb] = [await revisionOfText(a), await revisionOfText(b)];

/** Compiles only while the platform's own namespace fills the part that the store uses. */
export const fits = (kv: KVNamespace): PolicyNamespace => kv;

interface Fixture {
  kv: FakeKv;
  store: KvPolicyStore;
  clock: { ms: number };
  slept: number[];
}

function fixture(kv = new FakeKv()): Fixture {
  const clock = { ms: Date.UTC(2026, 10, 20, 12) };
  const slept: number[] = [];
  const store = new KvPolicyStore(kv, {
    revisionOf: revisionOfText,
    now: () => clock.ms,
    sleep: (ms) => Promise.resolve(void slept.push(ms)),
  });
  return { kv, store, clock, slept };
}

const textOf = (read: StoreRead): string =>
  read.kind === "document" ? read.document.text : read.kind;
const at = (seconds: number): string =>
  new Date(Date.UTC(2026, 10, 20, 12, 0, seconds)).toISOString();

Deno.test("workers kv: a push lies under policy, history, activations and last-good, with its stamp", async () => {
  const { kv, store } = fixture();
  assert.deepEqual(await store.read(null), { kind: "missing" });
  const stamp = { ...await stampFor(a), by: "ann", message: "why" };
  const text = `// kept\r\n${a}`;
  const written = await store.write(text, stamp);
  assert.ok(written.kind === "written" && written.lastGoodFailure === null);
  const entered = `activations/${stamp.at}/${ra}`;
  assert.deepEqual([...kv.entries.keys()], [`history/${ra}`, entered, "policy", "last-good/v1"]);
  for (const key of [`history/${ra}`, "policy", "last-good/v1"]) {
    assert.deepEqual(kv.entries.get(key), { value: text, metadata: stamp });
  }
  assert.deepEqual(kv.entries.get(entered)?.metadata, { ...stamp, source: "push", findings: 0 });
  assert.deepEqual(await store.read(null), { kind: "document", document: written.document });
  assert.deepEqual(await store.read(written.document), { kind: "unchanged" });
  assert.deepEqual([...kv.cacheTtls], [30]);
});

Deno.test("workers kv: a raw put has no stamp, whatever its metadata", async () => {
  const { kv, store } = fixture();
  for (const metadata of [undefined, null, { by: "me" }, "x"]) {
    await kv.put("policy", a, { metadata });
    const read = await store.read(null);
    assert.ok(read.kind === "document" && read.document.stamp === null);
    assert.deepEqual(await store.read(read.document), { kind: "unchanged" });
    await kv.put("policy", b, { metadata });
    assert.equal(textOf(await store.read(read.document)), b);
  }
});

Deno.test("workers kv: the same text pushed again is news: its stamp differs", async () => {
  const { store } = fixture();
  const first = await store.write(a, await stampFor(a));
  await store.write(a, { ...await stampFor(a), message: "again" });
  assert.ok(first.kind === "written");
  assert.equal((await store.read(first.document)).kind, "document");
});

Deno.test("workers kv: metadata stays within 1024 bytes", async () => {
  const { kv, store } = fixture();
  const stamp = { ...await stampFor(a), by: "ü".repeat(3_000), message: "界".repeat(3_000) };
  assert.equal((await store.write(a, stamp)).kind, "written");
  const { by, message } = kv.entries.get("policy")!.metadata as { by: string; message: string };
  assert.ok(by.endsWith("ü...") && message.endsWith("界..."));
});

Deno.test("workers kv: ifRevision, against nothing, a raw put and a push", async () => {
  const { kv, store } = fixture();
  const write = async (text: string, ifRevision: string): Promise<string> => {
    const written = await store.write(text, await stampFor(text), { ifRevision });
    return written.kind === "failed" ? written.failure.code : "ok";
  };
  assert.equal(await write(a, ra), "revision_conflict");
  await kv.put("policy", "no JSON");
  assert.equal(await write(a, ra), "revision_conflict");
  await kv.put("policy", a);
  assert.equal(await write(b, rb), "revision_conflict");
  assert.equal(await write(b, ra), "ok");
  assert.equal(await write(a, ra), "revision_conflict");
  assert.equal(await write(a, NO_POLICY), "revision_conflict");
  assert.equal(textOf(await store.read(null)), b);
  const { store: empty } = fixture();
  const first = await empty.write(a, await stampFor(a), { ifRevision: NO_POLICY });
  assert.equal(first.kind, "written");
});

Deno.test("workers kv: 429 is tried again, some times", async () => {
  const { kv, store, slept } = fixture();
  let refusals = 2;
  kv.fail = (operation) =>
    operation === "put policy" && refusals-- > 0
      ? new Error("KV PUT failed: 429 Too Many Requests")
      : null;
  assert.equal((await store.write(a, await stampFor(a))).kind, "written");
  assert.deepEqual(slept, [1_100, 2_200]);
  refusals = 99;
  const written = await store.write(b, await stampFor(b));
  assert.ok(written.kind === "failed" && written.failure.code === "unreachable");
  assert.deepEqual(slept.slice(2), [1_100, 2_200, 4_400]);
  assert.equal(textOf(await store.read(null)), a);
});

Deno.test("workers kv: other errors are not tried again; 413 is too_large", async () => {
  for (const [status, code] of [[500, "unreachable"], [413, "too_large"]] as const) {
    const { kv, store, slept } = fixture();
    kv.fail = (operation) =>
      operation.startsWith("put") ? new Error(`KV PUT failed: ${status}`) : null;
    const written = await store.write(a, await stampFor(a));
    assert.ok(written.kind === "failed" && written.failure.code === code);
    assert.deepEqual(slept, []);
  }
});

Deno.test("workers kv: a last good that can't be renewed does not fail the push", async () => {
  const { kv, store, slept } = fixture();
  kv.fail = (operation) => operation.startsWith("put last-good") ? new Error("429") : null;
  const written = await store.write(a, await stampFor(a));
  assert.ok(written.kind === "written" && written.lastGoodFailure?.code === "unreachable");
  assert.deepEqual(slept, [], "nobody waits for it");
});

Deno.test("workers kv: last good: one for each fingerprint, newest first, written when it differs", async () => {
  const { kv, store } = fixture();
  await store.writeLastGood(a, { ...await stampFor(a, "v1"), at: at(2) });
  await store.writeLastGood(b, { ...await stampFor(b, "v2"), at: at(3) });
  assert.deepEqual(await store.lastGoodFingerprints(), ["v2", "v1"]);
  const puts = (): number => kv.operations.filter((name) => name.startsWith("put")).length;
  assert.equal(puts(), 2);
  await store.writeLastGood(`// again\n${a}`, { ...await stampFor(a, "v1"), at: at(4) });
  assert.equal(puts(), 2);
  assert.equal(textOf(await store.readLastGood("v1")), a);
  await store.writeLastGood(b, { ...await stampFor(b, "v1"), at: at(5) });
  assert.equal(textOf(await store.readLastGood("v1")), b);
  kv.fail = () => new Error("down");
  assert.deepEqual(await store.lastGoodFingerprints(), []);
});

Deno.test("workers kv: whichever step of a push fails, it is the old or the new, whole", async () => {
  const seen = new Set<string>();
  for (let failAt = 0;; failAt++) {
    const { kv, store } = fixture();
    await store.write(a, await stampFor(a));
    let count = 0;
    kv.fail = (operation) => count++ >= failAt ? new Error(`injected at ${operation}`) : null;
    const written = await store.write(b, { ...await stampFor(b), at: at(1) });
    const steps = count;
    kv.fail = () => null;
    const { feed } = feedOn(fixture(kv).store);
    await feed.refresh();
    assert.equal(feed.active?.revision, written.kind === "written" ? rb : ra);
    seen.add(written.kind);
    if (steps <= failAt) break;
  }
  assert.deepEqual([...seen], ["failed", "written"]);
});

Deno.test("workers kv: this isolate sees its own push though the cache does not", async () => {
  for (const before of ["nothing", "raw", "stamped"]) {
    const { kv, store, clock } = fixture();
    if (before === "raw") await kv.put("policy", a);
    if (before === "stamped") await kv.put("policy", a, { metadata: await stampFor(a) });
    kv.freeze();
    const { feed } = feedOn(store);
    await feed.refresh();
    await feed.push(b);
    await feed.refresh();
    assert.equal(feed.active?.revision, rb);
    assert.equal(feed.status().lastError, null);
    const next = await feed.push(policyText("c"), { ifRevision: rb });
    assert.ok(next.ok, "If-Match sees it as well");
    await feed.refresh();
    assert.equal(feed.active?.text, policyText("c"));
    // What the cache still shows after that long is what KV holds.
    clock.ms += 90_000;
    await feed.refresh();
    const want = before === "nothing" ? policyText("c") : a;
    assert.equal(feed.active?.text, want);
  }
});

Deno.test("workers kv: another's newer push is followed though ours has not shown yet", async () => {
  const { kv, store } = fixture();
  await kv.put("policy", a);
  kv.freeze();
  await store.write(b, { ...await stampFor(b), at: at(1) });
  kv.thaw();
  const c = policyText("c");
  await kv.put("policy", c, { metadata: { ...await stampFor(c), at: at(2) } });
  assert.equal(textOf(await store.read(null)), c);
});

Deno.test("workers kv: a push from before ours that shows late is not followed", async () => {
  const { kv, store } = fixture();
  await kv.put("policy", a);
  kv.freeze();
  await store.write(b, { ...await stampFor(b), at: at(5) });
  kv.thaw();
  const c = policyText("c");
  await kv.put("policy", c, { metadata: { ...await stampFor(c), at: at(4) } });
  assert.equal(textOf(await store.read(null)), b);
});

Deno.test("workers kv: of two numbered pushes the later one shows, whichever was answered last", async () => {
  const { kv, store } = fixture();
  const numbered = async (text: string, sequence: number): Promise<StoredDocument> => {
    const stamp = { ...await stampFor(text), at: at(9 - sequence), sequence };
    return { text, stamp, version: versionOf(stamp) };
  };
  await kv.put("policy", a);
  kv.freeze();
  const raw = { text: a, stamp: null, version: versionOf(null) };
  store.wrote(await numbered(b, 3), raw);
  store.wrote(await numbered(a, 2), raw);
  assert.equal(textOf(await store.read(null)), b);
  kv.thaw();
  const shown = async (sequence: number): Promise<string> => {
    const { text, stamp } = await numbered(policyText("c"), sequence);
    await kv.put("policy", text, { metadata: stamp });
    return textOf(await store.read(null));
  };
  assert.deepEqual([await shown(1), await shown(4)], [b, policyText("c")]);
});

Deno.test("workers kv: where KV shows a push at once, putting the old text back by hand counts", async () => {
  const { kv, store } = fixture();
  await kv.put("policy", a);
  await store.write(b, await stampFor(b));
  await kv.put("policy", a);
  assert.equal(textOf(await store.read(null)), a);
  kv.entries.delete("policy");
  assert.equal((await store.read(null)).kind, "missing");
});

const failures: { name: string; code: string; cause: (kv: FakeKv) => unknown }[] = [
  {
    name: "unreachable",
    code: "unreachable",
    cause: (kv) => kv.fail = (operation) => operation === "get policy" ? new Error("down") : null,
  },
  { name: "key deleted", code: "missing", cause: (kv) => kv.entries.delete("policy") },
  { name: "no JSON", code: "invalid_policy", cause: (kv) => kv.put("policy", "{") },
  { name: "invalid", code: "invalid_policy", cause: (kv) => kv.put("policy", '{"x":1}') },
];
for (const { name, code, cause } of failures) {
  Deno.test(`workers kv: ${name}: running and cold, the last good policy serves`, async () => {
    const { kv, store } = fixture();
    const { feed } = feedOn(store);
    await feed.push(a);
    await cause(kv);
    await feed.refresh();
    const cold = feedOn(fixture(kv).store).feed;
    await cold.refresh();
    for (const each of [feed, cold]) {
      assert.equal(each.active?.revision, ra);
      assert.equal(each.status().lastError?.code, code);
    }
  });
}

import assert from "node:assert/strict";
import { GRACE_MS } from "../../../src/platform/deno/kv_collect.ts";
import type { DenoPolicyStore } from "../../../src/platform/deno/policy_store.ts";
import { policyText, stampFor } from "../../store/fakes.ts";
import { countUnder, faulty, incompressible, memoryKv, storeOn } from "./fakes.ts";

const later = GRACE_MS + 1;

async function revisionsIn(store: DenoPolicyStore): Promise<string[]> {
  const read = await store.history();
  assert.ok(read.kind === "history");
  return read.activations.map(({ revision }) => revision);
}

Deno.test("collect: the newest activations stay readable, the rest goes an hour later", () =>
  memoryKv(async (kv) => {
    const [clock, kept] = [{ ms: 1 }, 100];
    const store = storeOn(kv, clock, { kept });
    const revisions: string[] = [];
    for (let i = 0; i < kept + 5; i++) {
      clock.ms += later;
      const stamp = await stampFor(policyText(`p${i}`));
      revisions.unshift(stamp.revision);
      await store.write(policyText(`p${i}`), stamp);
    }
    assert.deepEqual(await revisionsIn(store), revisions.slice(0, kept));
    for (const [i, revision] of revisions.entries()) {
      assert.equal((await store.readRevision(revision)).kind, i < kept ? "document" : "missing");
    }
    assert.equal(await countUnder(kv, "limen", "activation"), kept);
    // The one that has left the history last may still have a reader.
    assert.equal(await countUnder(kv, "limen", "documents"), 1);
    assert.equal(await countUnder(kv, "limen", "document"), kept + 1);
  }));

Deno.test("collect: a retention that was lowered is reached push by push", () =>
  memoryKv(async (kv) => {
    const push = async (store: DenoPolicyStore, i: number): Promise<void> =>
      void await store.write(policyText(`p${i}`), await stampFor(policyText(`p${i}`)));
    for (let i = 0; i < 250; i++) await push(storeOn(kv), i);
    assert.equal((await revisionsIn(storeOn(kv))).length, 250);
    const lowered = storeOn(kv, undefined, { kept: 110 });
    assert.equal((await revisionsIn(lowered)).length, 110);
    await push(lowered, 250);
    assert.equal(await countUnder(kv, "limen", "activation"), 151);
    await push(lowered, 251);
    assert.equal(await countUnder(kv, "limen", "activation"), 110);
  }));

Deno.test("collect: who does not know the retention takes nothing away", () =>
  memoryKv(async (kv) => {
    await storeOn(kv, undefined, { kept: 2 }).write("{}", await stampFor("{}"));
    for (let i = 0; i < 5; i++) await storeOn(kv).write("{}", await stampFor("{}"));
    assert.equal((await revisionsIn(storeOn(kv))).length, 6);
  }));

Deno.test("collect: a half-written document goes, but not while it may still be written", () =>
  memoryKv(async (kv) => {
    const clock = { ms: 1 };
    const wrapped = faulty(kv);
    wrapped.failAt = 2; // the look at the head, the first chunks, then the crash
    const large = incompressible(1_500_000);
    const half = await storeOn(wrapped.kv, clock).write(large, await stampFor(large));
    assert.equal(half.kind, "failed");
    assert.equal(await countUnder(kv, "limen", "document"), 12);

    clock.ms += GRACE_MS;
    await storeOn(kv, clock).write(policyText("a"), await stampFor(policyText("a")));
    assert.equal(await countUnder(kv, "limen", "document"), 13);
    clock.ms += later;
    await storeOn(kv, clock).write(policyText("b"), await stampFor(policyText("b")));
    assert.equal(await countUnder(kv, "limen", "document"), 2);
    assert.equal(await countUnder(kv, "limen", "documents"), 0);
  }));

Deno.test("collect: a last good document stays beyond the history", () =>
  memoryKv(async (kv) => {
    const clock = { ms: 1 };
    const store = storeOn(kv, clock, { kept: 1 });
    const good = policyText("good");
    await store.write(good, await stampFor(good, "v0"));
    for (let i = 0; i < 5; i++) {
      clock.ms += later;
      await store.write(policyText(`p${i}`), await stampFor(policyText(`p${i}`)));
    }
    clock.ms += later;
    // Put by hand, and adopted by nobody: the history's only entry is the last push.
    await kv.set(["limen", "policy"], policyText("raw"));
    const last = await store.readLastGood("v0");
    assert.equal(last.kind === "document" && last.document.text, good);
    assert.equal(await countUnder(kv, "limen", "activation"), 1);
    // The last push, the one before it, which has left the history just now, and the last good one.
    assert.equal(await countUnder(kv, "limen", "document"), 3);
  }));

Deno.test("collect: a run that broke off is made good by the next", () =>
  memoryKv(async (kv) => {
    const clock = { ms: 1 };
    const stamp = await stampFor(policyText("a"));
    const push = (i: number): string => `// ${i}\n${policyText("a")}`;
    for (let i = 0; i < 2; i++) {
      clock.ms += later;
      await storeOn(kv, clock, { kept: 1 }).write(push(i), stamp);
    }
    // Every step of the third push in turn; those after the flip are the collection's.
    for (let failAt = 0;; failAt++) {
      clock.ms += later;
      const wrapped = faulty(kv);
      wrapped.failAt = failAt;
      await storeOn(wrapped.kv, clock, { kept: 1 }).write(push(failAt), stamp);
      if (wrapped.count <= failAt) break;
    }
    for (let i = 0; i < 3; i++) {
      clock.ms += later;
      await storeOn(kv, clock, { kept: 1 }).write(push(99 + i), stamp);
    }
    // The active one, and the one that has left the history just now.
    assert.equal(await countUnder(kv, "limen", "document"), 2);
    assert.equal(await countUnder(kv, "limen", "documents"), 1);
    assert.equal(await countUnder(kv, "limen", "activation"), 1);
  }));

Deno.test("collect: nothing is deleted beside what a newer Limen wrote", () =>
  memoryKv(async (kv) => {
    const clock = { ms: 1 };
    const stamp = await stampFor(policyText("a"));
    const store = storeOn(kv, clock, { kept: 1 });
    await store.write(policyText("a"), stamp);
    await kv.set(["limen", "last-good", "v9"], { kind: "limen.document", format: 2 });
    for (let i = 0; i < 5; i++) {
      clock.ms += later;
      await store.write(policyText("a"), stamp);
    }
    assert.equal(await countUnder(kv, "limen", "document"), 6);
    assert.equal(await countUnder(kv, "limen", "documents"), 5);
  }));

Deno.test("collect: last good documents of the latest five versions stay", () =>
  memoryKv(async (kv) => {
    const store = storeOn(kv);
    for (let i = 0; i < 7; i++) {
      await store.write(policyText("a"), await stampFor(policyText("a"), `v${i}`));
    }
    assert.deepEqual(await store.lastGoodFingerprints(), ["v6", "v5", "v4", "v3", "v2"]);
  }));

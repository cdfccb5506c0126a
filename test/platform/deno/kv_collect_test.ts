import assert from "node:assert/strict";
import { GRACE_MS, MAX_HISTORY } from "../../../src/platform/deno/kv_collect.ts";
import { policyText, stampFor } from "../../store/fakes.ts";
import { countUnder, faulty, incompressible, memoryKv, storeOn } from "./fakes.ts";

const later = GRACE_MS + 1;

Deno.test("collect: the newest 100 of history stay readable, the rest goes", () =>
  memoryKv(async (kv) => {
    const clock = { ms: 1 };
    const store = storeOn(kv, clock);
    const revisions: string[] = [];
    for (let i = 0; i < MAX_HISTORY + 5; i++) {
      clock.ms += later;
      const stamp = await stampFor(policyText(`p${i}`));
      revisions.push(stamp.revision);
      await store.write(policyText(`p${i}`), stamp);
    }
    const kept = await Array.fromAsync(kv.list<{ id: string }>({ prefix: ["limen", "history"] }));
    assert.deepEqual(
      kept.map(({ key }) => String(key.at(-1))).sort(),
      revisions.slice(-MAX_HISTORY).sort(),
    );
    for (const { value } of kept) {
      assert.ok((await kv.get(["limen", "document", value.id, 0])).value);
    }
    assert.equal(await countUnder(kv, "limen", "documents"), MAX_HISTORY);
    assert.equal(await countUnder(kv, "limen", "document"), MAX_HISTORY);
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
    assert.equal(await countUnder(kv, "limen", "documents"), 2);
  }));

Deno.test("collect: the document before the active one stays for readers that are at it", () =>
  memoryKv(async (kv) => {
    const clock = { ms: 1 };
    // Texts of one revision: history points to the newest only.
    const stamp = await stampFor(policyText("a"));
    for (let i = 0; i < 4; i++) {
      clock.ms += later;
      await storeOn(kv, clock).write(`// ${i}\n${policyText("a")}`, stamp);
      assert.equal(await countUnder(kv, "limen", "documents"), Math.min(i + 1, 2));
    }
  }));

Deno.test("collect: a run that broke off is made good by the next", () =>
  memoryKv(async (kv) => {
    const clock = { ms: 1 };
    const stamp = await stampFor(policyText("a"));
    const push = (i: number): string => `// ${i}\n${policyText("a")}`;
    for (let i = 0; i < 2; i++) {
      clock.ms += later;
      await storeOn(kv, clock).write(push(i), stamp);
    }
    // Every step of the third push in turn; those after the flip are the collection's.
    for (let failAt = 0;; failAt++) {
      clock.ms += later;
      const wrapped = faulty(kv);
      wrapped.failAt = failAt;
      await storeOn(wrapped.kv, clock).write(push(failAt), stamp);
      if (wrapped.count <= failAt) break;
    }
    clock.ms += later;
    await storeOn(kv, clock).write(push(99), stamp);
    assert.equal(await countUnder(kv, "limen", "documents"), 2);
    assert.equal(await countUnder(kv, "limen", "document"), 2);
  }));

Deno.test("collect: nothing is deleted beside what a newer Limen wrote", () =>
  memoryKv(async (kv) => {
    const clock = { ms: 1 };
    const stamp = await stampFor(policyText("a"));
    const store = storeOn(kv, clock);
    await store.write(policyText("a"), stamp);
    await kv.set(["limen", "last-good", "v9"], { kind: "limen.document", format: 2 });
    for (let i = 0; i < 3; i++) {
      clock.ms += later;
      await store.write(policyText("a"), stamp);
    }
    assert.equal(await countUnder(kv, "limen", "documents"), 4);
  }));

Deno.test("collect: last good documents of the latest five versions stay", () =>
  memoryKv(async (kv) => {
    const store = storeOn(kv);
    for (let i = 0; i < 7; i++) {
      await store.write(policyText("a"), await stampFor(policyText("a"), `v${i}`));
    }
    assert.deepEqual(await store.lastGoodFingerprints(), ["v6", "v5", "v4", "v3", "v2"]);
  }));

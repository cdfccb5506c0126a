import assert from "node:assert/strict";
import { KvConnection } from "../../../src/platform/deno/kv_connection.ts";
import { DenoPolicyStore, openDenoPolicyStore } from "../../../src/platform/deno/policy_store.ts";
import { activationOf } from "../../../src/store/history.ts";
import type { StoreRead } from "../../../src/store/port.ts";
import { feedOn, policyText, revisionOfText, stampFor } from "../../store/fakes.ts";
import { countUnder, faulty, incompressible, memoryKv, storeOn } from "./fakes.ts";

const [a, b] = [policyText("a"), policyText("b")];
const [ra, rb] = [await revisionOfText(a), await revisionOfText(b)];

const textOf = (read: StoreRead): string =>
  read.kind === "document" ? read.document.text : read.kind;
const codeOf = (read: StoreRead): string => read.kind === "failed" ? read.failure.code : read.kind;

Deno.test("deno kv: empty, then what was written, then unchanged", () =>
  memoryKv(async (kv) => {
    const store = storeOn(kv);
    assert.deepEqual(await store.read(null), { kind: "missing" });
    assert.deepEqual(await store.readLastGood("v1"), { kind: "missing" });
    assert.deepEqual(await store.lastGoodFingerprints(), []);
    const stamp = { ...await stampFor(a), by: "ann", message: "why" };
    const written = await store.write(a, stamp);
    assert.ok(written.kind === "written");
    assert.deepEqual(await store.read(null), { kind: "document", document: written.document });
    assert.deepEqual(written.document.stamp, { ...stamp, sequence: 1 });
    assert.deepEqual([written.lastGoodFailure, written.spreadFailure], [null, null]);
    assert.deepEqual(await store.read(written.document), { kind: "unchanged" });
    assert.equal(textOf(await store.readLastGood("v1")), a);
  }));

for (const mebibytes of [4, 20]) {
  Deno.test(`deno kv: ${mebibytes} MiB that don't compress come back byte for byte`, () =>
    memoryKv(async (kv) => {
      const text = incompressible(mebibytes * 1024 * 1024);
      const written = await storeOn(kv).write(text, await stampFor(a));
      assert.equal(written.kind, "written");
      assert.ok(textOf(await storeOn(kv).read(null)) === text);
      assert.ok(textOf(await storeOn(kv).readRevision(ra)) === text);
      const chunks = await countUnder(kv, "limen", "document");
      assert.ok(chunks > 12 * mebibytes, "it really was incompressible");
    }));
}

Deno.test("deno kv: texts are kept exactly: a BOM, CRLF, comments, nothing", () =>
  memoryKv(async (kv) => {
    for (const text of ["\uFEFF{}", "// x\r\n{ }\r\n", "", '{"name":"日本 😀"}']) {
      await storeOn(kv).write(text, await stampFor(a));
      assert.equal(textOf(await storeOn(kv).read(null)), text);
    }
  }));

const raws: { name: string; value: unknown; want: string }[] = [
  { name: "a string", value: `// by hand\n${a}`, want: `// by hand\n${a}` },
  { name: "an object", value: { name: "a" }, want: a },
  { name: "null", value: null, want: "null" },
  { name: "what JSON can't say", value: 1n, want: "damaged" },
];
for (const { name, value, want } of raws) {
  Deno.test(`deno kv: a raw put: ${name}`, () =>
    memoryKv(async (kv) => {
      await kv.set(["limen", "policy"], value);
      const read = await storeOn(kv).read(null);
      if (read.kind !== "document") return assert.equal(codeOf(read), want);
      assert.equal(read.document.text, want);
      assert.equal(read.document.stamp, null);
    }));
}

Deno.test("deno kv: ifRevision, against nothing, a raw put and a push", () =>
  memoryKv(async (kv) => {
    const store = storeOn(kv);
    const write = async (text: string, ifRevision: string): Promise<string> => {
      const written = await store.write(text, await stampFor(text), { ifRevision });
      return written.kind === "failed" ? written.failure.code : "ok";
    };
    assert.equal(await write(a, ra), "revision_conflict");
    await kv.set(["limen", "policy"], "no JSON");
    assert.equal(await write(a, ra), "revision_conflict");
    await kv.set(["limen", "policy"], a);
    assert.equal(await write(b, rb), "revision_conflict");
    assert.equal(await write(b, ra), "ok");
    assert.equal(await write(a, ra), "revision_conflict");
    assert.equal(await write(a, rb), "ok");
    assert.equal(textOf(await store.read(null)), a);
  }));

Deno.test("deno kv: of pushes at once against one revision, one wins", () =>
  memoryKv(async (kv) => {
    await storeOn(kv).write(a, await stampFor(a));
    const texts = ["b", "c", "d", "e"].map(policyText);
    const results = await Promise.all(
      texts.map(async (text) =>
        await storeOn(kv).write(text, await stampFor(text), { ifRevision: ra })
      ),
    );
    const won = results.flatMap((result, i) => result.kind === "written" ? [texts[i]] : []);
    const lost = results.filter((r) =>
      r.kind === "failed" && r.failure.code === "revision_conflict"
    );
    assert.equal(won.length, 1);
    assert.equal(lost.length, 3);
    assert.equal(textOf(await storeOn(kv).read(null)), won[0]);
  }));

Deno.test("deno kv: a push that loses between its look and its flip is told so", () =>
  memoryKv(async (kv) => {
    await storeOn(kv).write(a, await stampFor(a));
    const slow = faulty(kv);
    let commits = 0;
    slow.before = async (name) => {
      // The first commit is the chunks', the second one the flip.
      if (name === "commit" && ++commits === 2) await storeOn(kv).write(b, await stampFor(b));
    };
    const c = policyText("c");
    const written = await storeOn(slow.kv).write(c, await stampFor(c), { ifRevision: ra });
    assert.ok(written.kind === "failed" && written.failure.code === "revision_conflict");
    assert.equal(textOf(await storeOn(kv).read(null)), b);
  }));

const breaks: { name: string; code: string; cause: (kv: Deno.Kv, chunk: Deno.KvKey) => unknown }[] =
  [
    { name: "a chunk missing", code: "damaged", cause: (kv, chunk) => kv.delete(chunk) },
    {
      name: "a chunk of something else",
      code: "damaged",
      cause: (kv, chunk) => kv.set(chunk, new Uint8Array([1, 2, 3])),
    },
    { name: "a chunk that is none", code: "damaged", cause: (kv, chunk) => kv.set(chunk, "text") },
    {
      name: "another digest",
      code: "damaged",
      cause: (kv) => edit(kv, { sha256: "0".repeat(64) }),
    },
    { name: "another length", code: "damaged", cause: (kv) => edit(kv, { bytes: 3 }) },
    { name: "fewer chunks", code: "damaged", cause: (kv) => edit(kv, { chunks: 1 }) },
    {
      name: "a layout of the future",
      code: "unsupported_format",
      cause: (kv) => edit(kv, { format: 2 }),
    },
  ];

async function edit(kv: Deno.Kv, fields: Record<string, unknown>): Promise<void> {
  const { value } = await kv.get<object>(["limen", "policy"]);
  await kv.set(["limen", "policy"], { ...value, ...fields });
}

for (const { name, code, cause } of breaks) {
  Deno.test(`deno kv: ${name}: running and cold, the last good policy serves`, () =>
    memoryKv(async (kv) => {
      const good = policyText("good");
      await storeOn(kv).writeLastGood(good, await stampFor(good));
      const { feed } = feedOn(storeOn(kv));
      await feed.push(a);
      // Unlike the feed's own, this push leaves `last-good` pointing elsewhere.
      const broken = incompressible(100_000);
      await storeOn(kv).write(broken, await stampFor(broken, "v2"));
      const { value } = await kv.get<{ id: string }>(["limen", "policy"]);
      await cause(kv, ["limen", "document", value!.id, 1]);
      await feed.refresh();
      const cold = feedOn(storeOn(kv)).feed;
      await cold.refresh();
      for (
        const { active, status } of [feed, cold].map((f) => ({
          active: f.active,
          status: f.status(),
        }))
      ) {
        assert.equal(active?.revision, ra);
        assert.equal(status.lastError?.code, code);
      }
    }));
}

Deno.test("deno kv: a reader whose document is collected under its feet reads the newer one", () =>
  memoryKv(async (kv) => {
    await storeOn(kv).write(a, await stampFor(a));
    const { value } = await kv.get<{ id: string }>(["limen", "policy"]);
    const slow = faulty(kv);
    let overtaken = false;
    slow.before = async (name) => {
      if (name !== "getMany" || overtaken) return;
      overtaken = true;
      await storeOn(kv).write(b, await stampFor(b));
      await kv.delete(["limen", "document", value!.id, 0]);
    };
    assert.equal(textOf(await storeOn(slow.kv).read(null)), b);
  }));

Deno.test("deno kv: last good: one for each fingerprint, newest first, not twice the same", () =>
  memoryKv(async (kv) => {
    const store = storeOn(kv);
    await store.writeLastGood(a, await stampFor(a, "v1"));
    await store.writeLastGood(b, await stampFor(b, "v2"));
    assert.deepEqual(await store.lastGoodFingerprints(), ["v2", "v1"]);
    await store.writeLastGood(`// again\n${b}`, await stampFor(b, "v2"));
    assert.equal(textOf(await store.readLastGood("v2")), b);
    await store.writeLastGood(b, await stampFor(b, "v1"));
    assert.equal(textOf(await store.readLastGood("v1")), b);
    assert.deepEqual(await store.lastGoodFingerprints(), ["v1", "v2"]);
  }));

Deno.test("deno kv: unreachable: every answer is a value, and the next try opens anew", async () => {
  const kv = await Deno.openKv(":memory:");
  let opens = 0;
  const connection = new KvConnection(() =>
    ++opens <= 7 ? Promise.reject(new Error("refused")) : Promise.resolve(kv)
  );
  const store = new DenoPolicyStore(connection, { revisionOf: revisionOfText, now: () => 0 });
  const refused = { code: "unreachable", message: "refused" };
  assert.deepEqual(await store.read(null), { kind: "failed", failure: refused });
  assert.deepEqual(await store.write(a, await stampFor(a)), { kind: "failed", failure: refused });
  assert.deepEqual(await store.writeLastGood(a, await stampFor(a)), refused);
  assert.deepEqual(await store.lastGoodFingerprints(), []);
  assert.deepEqual(await store.history(), { kind: "failed", failure: refused });
  assert.deepEqual(await store.readRevision(ra), { kind: "failed", failure: refused });
  const raw = { text: a, stamp: null, version: "1" };
  const put = activationOf(await stampFor(a), "put", []);
  assert.deepEqual(await store.adopt(raw, () => put), refused);
  assert.deepEqual(await store.read(null), { kind: "missing" });
  await store.close();
});

Deno.test("deno kv: a database that never answers is unreachable after the deadline", async () => {
  const { promise } = Promise.withResolvers<Deno.Kv>();
  const options = { revisionOf: revisionOfText, now: () => 0 };
  const store = new DenoPolicyStore(new KvConnection(() => promise, 1), options);
  assert.equal(codeOf(await store.read(null)), "unreachable");
});

Deno.test("deno kv: a file in a new folder is shared; another handle sees a push when it looks", async () => {
  const folder = await Deno.makeTempDir();
  const options = { path: `${folder}/new/kv.db`, revisionOf: revisionOfText, now: () => 0 };
  const [one, two] = [openDenoPolicyStore(options), openDenoPolicyStore(options)];
  try {
    const [here, there] = [feedOn(one).feed, feedOn(two).feed];
    await here.push(a);
    await there.refresh();
    assert.equal(there.active?.revision, ra);
    await here.push(b);
    assert.equal(there.active?.revision, ra);
    await there.refresh();
    assert.equal(there.active?.revision, rb);
  } finally {
    await Promise.all([one.close(), two.close()]);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deno kv: an unknown place is unreachable, not a crash", async () => {
  const options = { path: "/dev/null/kv.db", revisionOf: revisionOfText, now: () => 0 };
  assert.equal(codeOf(await openDenoPolicyStore(options).read(null)), "unreachable");
});

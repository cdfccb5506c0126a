/** The history in Deno KV: what is in it, what was put by hand, and what older versions have left. */
import assert from "node:assert/strict";
import { writeDocument } from "../../../src/platform/deno/kv_document.ts";
import { pointer } from "../../../src/platform/deno/kv_layout.ts";
import type { DenoPolicyStore } from "../../../src/platform/deno/policy_store.ts";
import { type Activation, activationOf } from "../../../src/store/history.ts";
import type { StoredDocument } from "../../../src/store/port.ts";
import type { Stamp } from "../../../src/store/stamp.ts";
import { feedOn, finding, policyText, revisionOfText, stampFor } from "../../store/fakes.ts";
import { countUnder, faulty, memoryKv, storeOn } from "./fakes.ts";

const [a, b, c] = [policyText("a"), policyText("b"), policyText("c")];
const [ra, rb, rc] = [await revisionOfText(a), await revisionOfText(b), await revisionOfText(c)];

const warning = { ...finding("routes[0]", "never reached"), severity: "warning" as const };

async function historyOf(store: DenoPolicyStore): Promise<readonly Activation[]> {
  const read = await store.history();
  assert.ok(read.kind === "history", JSON.stringify(read));
  return read.activations;
}

const shortly = async (store: DenoPolicyStore): Promise<string[]> =>
  (await historyOf(store)).map(({ revision, source }) => `${revision} ${source}`);

async function documentOf(store: DenoPolicyStore, revision?: string): Promise<StoredDocument> {
  const read = await (revision === undefined ? store.read(null) : store.readRevision(revision));
  assert.ok(read.kind === "document", JSON.stringify(read));
  return read.document;
}

const putOf = async (text: string): Promise<Activation> =>
  activationOf(await stampFor(text), "put", [warning]);

const tellOf = async (text: string): Promise<() => Activation> => {
  const put = await putOf(text);
  return () => put;
};

/** As Limen did before it numbered activations. */
async function oldPush(kv: Deno.Kv, text: string, stamp: Stamp): Promise<void> {
  const to = pointer({ ...await writeDocument(kv, text, 0), stamp });
  await kv.atomic()
    .set(["limen", "policy"], to)
    .set(["limen", "last-good", stamp.fingerprint], to)
    .set(["limen", "history", stamp.revision], to)
    .commit();
}

Deno.test("deno history: empty, then newest first, with who, why, how and the findings", () =>
  memoryKv(async (kv) => {
    const store = storeOn(kv);
    assert.deepEqual(await historyOf(store), []);
    assert.deepEqual(await store.readRevision(ra), { kind: "missing" });
    await store.write(a, { ...await stampFor(a), by: "ann", message: "why" });
    const options = { source: "rollback", findings: [warning] } as const;
    await store.write(b, await stampFor(b), options);
    const at = "2026-11-20T10:00:00.000Z";
    assert.deepEqual(await historyOf(store), [
      { revision: rb, at, by: null, message: null, source: "rollback", findings: [warning] },
      { revision: ra, at, by: "ann", message: "why", source: "push", findings: [] },
    ]);
  }));

Deno.test("deno history: the document of a revision is the newest one, stamp and all", () =>
  memoryKv(async (kv) => {
    const store = storeOn(kv);
    await store.write(a, await stampFor(a));
    await store.write(b, await stampFor(b));
    const again = await store.write(`// again\n${a}`, { ...await stampFor(a), by: "bob" });
    assert.ok(again.kind === "written");
    assert.deepEqual(await documentOf(store, ra), again.document);
    assert.equal((await documentOf(store, rb)).text, b);
    assert.deepEqual(await shortly(store), [`${ra} push`, `${rb} push`, `${ra} push`]);
  }));

Deno.test("deno history: texts beyond Latin-1 and many findings fit into an entry", () =>
  memoryKv(async (kv) => {
    const findings = Array.from({ length: 500 }, (_, i) => ({
      ...warning,
      message: `${i} 船 ${"x".repeat(300)}`,
    }));
    const stamp = { ...await stampFor(a), by: "船".repeat(9_000), message: "x".repeat(90_000) };
    const written = await storeOn(kv).write(a, stamp, { findings });
    assert.equal(written.kind, "written");
    const [activation] = await historyOf(storeOn(kv));
    assert.match(activation?.message ?? "", /x\.\.\.$/);
    assert.match(activation?.findings.at(-1)?.message ?? "", /more findings are not kept/);
  }));

Deno.test("deno history: however many findings there are, an answer stays below some MiB", () =>
  memoryKv(async (kv) => {
    const store = storeOn(kv, undefined, { kept: 1_000 });
    const findings = Array.from({ length: 100 }, () => ({ ...warning, message: "x".repeat(300) }));
    const stamp = await stampFor(a);
    await store.write(a, stamp, { findings });
    const { value } = await kv.get(["limen", "activation", 1]);
    for (let i = 2; i <= 500; i++) await kv.set(["limen", "activation", i], value);
    const history = await historyOf(store);
    assert.equal(history.length, 500);
    const bytes = JSON.stringify(history).length;
    assert.ok(bytes > 6 * 1024 * 1024 && bytes < 9 * 1024 * 1024, `${bytes} bytes`);
    assert.ok(history[0]!.findings.length > 50);
    assert.match(history[499]!.findings[0]!.message, /more findings are not kept/);
  }));

Deno.test("deno history: more entries than one look at the database gives", () =>
  memoryKv(async (kv) => {
    const store = storeOn(kv, undefined, { kept: 250 });
    const first = await stampFor(c);
    await store.write(c, first);
    for (let i = 0; i < 249; i++) await store.write(a, { ...await stampFor(a), by: `${i}` });
    const by = (await historyOf(store)).map((each) => each.by);
    assert.deepEqual(by, [...Array.from({ length: 249 }, (_, i) => `${248 - i}`), null]);
    assert.equal((await documentOf(store, rc)).text, c);
  }));

Deno.test("deno history: a newer Limen's entry is not passed over in silence", () =>
  memoryKv(async (kv) => {
    await storeOn(kv).write(a, await stampFor(a));
    await kv.set(["limen", "activation", 2], { kind: "limen.activation", format: 2 });
    const read = await storeOn(kv).history();
    assert.equal(read.kind === "failed" && read.failure.code, "unsupported_format");
    assert.equal((await documentOf(storeOn(kv), ra)).text, a);
    const written = await storeOn(kv).write(b, await stampFor(b));
    assert.equal(written.kind === "written" && written.document.stamp?.sequence, 3);
  }));

Deno.test("deno history: a document that is not whole any more is said to be so", () =>
  memoryKv(async (kv) => {
    await storeOn(kv).write(a, await stampFor(a));
    const [chunk] = await Array.fromAsync(kv.list({ prefix: ["limen", "document"] }));
    await kv.delete(chunk!.key);
    const read = await storeOn(kv).readRevision(ra);
    assert.equal(read.kind === "failed" && read.failure.code, "damaged");
  }));

Deno.test("deno history: emptied by hand, it goes on above what is in force", () =>
  memoryKv(async (kv) => {
    for (const text of [a, b]) await storeOn(kv).write(text, await stampFor(text));
    for (const sequence of [1, 2]) await kv.delete(["limen", "activation", sequence]);
    const written = await storeOn(kv).write(c, await stampFor(c));
    assert.equal(written.kind === "written" && written.document.stamp?.sequence, 3);
    assert.deepEqual(await shortly(storeOn(kv)), [`${rc} push`]);
  }));

Deno.test("deno adopt: a raw put enters once, whoever tries how often, and stays as it is", () =>
  memoryKv(async (kv) => {
    const text = `// by hand\n${b}`;
    await storeOn(kv).write(a, await stampFor(a));
    await kv.set(["limen", "policy"], text);
    const raw = await documentOf(storeOn(kv));
    const tries = Array.from(
      { length: 20 },
      async () => storeOn(kv).adopt(raw, await tellOf(text)),
    );
    assert.deepEqual(await Promise.all(tries), tries.map(() => null));
    assert.equal(await storeOn(kv).adopt(raw, await tellOf(text)), null);
    assert.deepEqual(await shortly(storeOn(kv)), [`${rb} put`, `${ra} push`]);
    assert.deepEqual((await historyOf(storeOn(kv)))[0]?.findings, [warning]);
    assert.deepEqual(await documentOf(storeOn(kv)), raw);
    const kept = await documentOf(storeOn(kv), rb);
    assert.deepEqual([kept.text, kept.stamp], [text, null]);

    const written = await storeOn(kv).write(c, await stampFor(c), { ifRevision: rb });
    assert.equal(written.kind === "written" && written.document.stamp?.sequence, 3);
    // The same text put again is another activation.
    await kv.set(["limen", "policy"], text);
    await storeOn(kv).adopt(await documentOf(storeOn(kv)), await tellOf(text));
    const put = `${rb} put`;
    assert.deepEqual(await shortly(storeOn(kv)), [put, `${rc} push`, put, `${ra} push`]);
  }));

Deno.test("deno adopt: what is not active any more does not enter", () =>
  memoryKv(async (kv) => {
    await kv.set(["limen", "policy"], a);
    const raw = await documentOf(storeOn(kv));
    await storeOn(kv).write(b, await stampFor(b));
    assert.equal(await storeOn(kv).adopt(raw, await tellOf(a)), null);
    assert.deepEqual(await shortly(storeOn(kv)), [`${rb} push`]);

    await kv.set(["limen", "policy"], c);
    const overtaken = faulty(kv);
    overtaken.before = async (name) => {
      if (name !== "commit") return;
      overtaken.before = () => {};
      await storeOn(kv).write(a, await stampFor(a));
    };
    const late = await documentOf(storeOn(kv));
    assert.equal(await storeOn(overtaken.kv).adopt(late, await tellOf(c)), null);
    assert.deepEqual(await shortly(storeOn(kv)), [`${ra} push`, `${rb} push`]);
  }));

Deno.test("deno adopt: a push of this Limen's is in the history already", () =>
  memoryKv(async (kv) => {
    const written = await storeOn(kv).write(a, await stampFor(a));
    assert.ok(written.kind === "written");
    assert.equal(await storeOn(kv).adopt(written.document, await tellOf(a)), null);
    assert.deepEqual(await shortly(storeOn(kv)), [`${ra} push`]);
  }));

for (const how of [{}, { commitsAnyway: true }, { failsOnce: true }]) {
  Deno.test(`deno adopt: whichever step fails (${Object.keys(how)}), trying again is all it needs`, () =>
    memoryKv(async (kv) => {
      for (let failAt = 0;; failAt++) {
        await storeOn(kv).write(b, await stampFor(b));
        const before = await historyOf(storeOn(kv));
        await kv.set(["limen", "policy"], a);
        const raw = await documentOf(storeOn(kv));
        const wrapped = faulty(kv);
        Object.assign(wrapped, { failAt, ...how });
        const failure = await storeOn(wrapped.kv).adopt(raw, await tellOf(a));
        if (failure !== null) assert.match(failure.message, /^injected at /);
        assert.equal(await storeOn(kv).adopt(raw, await tellOf(a)), null);
        assert.deepEqual(await historyOf(storeOn(kv)), [await putOf(a), ...before]);
        assert.deepEqual(await documentOf(storeOn(kv)), raw);
        if (wrapped.count <= failAt) break;
      }
    }));
}

Deno.test("deno history: what an older Limen has pushed lies below", async (t) => {
  await memoryKv(async (kv) => {
    const store = storeOn(kv, undefined, { kept: 3 });
    await oldPush(kv, a, { ...await stampFor(a), by: "ann" });
    await oldPush(kv, b, await stampFor(b));
    await t.step("as pushes", async () => {
      assert.deepEqual(await shortly(store), [`${rb} push`, `${ra} push`]);
      assert.deepEqual(await shortly(storeOn(kv, undefined, { kept: 1 })), [`${rb} push`]);
      assert.equal((await historyOf(store))[1]?.by, "ann");
      const old = await documentOf(store, ra);
      assert.deepEqual([old.text, old.stamp?.by], [a, "ann"]);
    });
    await t.step("each once when the last one is adopted", async () => {
      const { feed } = feedOn(store);
      assert.deepEqual(
        await feed.history().then((read) =>
          read.kind === "history" && read.activations.map(({ revision }) => revision)
        ),
        [rb, ra],
      );
      assert.equal(await countUnder(kv, "limen", "activation"), 1);
      assert.equal((await documentOf(store, rb)).text, b);
    });
    await t.step("and goes first when there is more than is kept", async () => {
      await store.write(c, await stampFor(c));
      assert.deepEqual(await shortly(store), [`${rc} push`, `${rb} push`, `${ra} push`]);
      await store.write(`// 2\n${c}`, await stampFor(c));
      assert.deepEqual(await shortly(store), [`${rc} push`, `${rc} push`, `${rb} push`]);
      assert.equal(await countUnder(kv, "limen", "history"), 0);
      assert.deepEqual(await store.readRevision(ra), { kind: "missing" });
    });
  });
});

Deno.test("deno history: an older Limen pushing beside this one loses nothing, nor does this one", () =>
  memoryKv(async (kv) => {
    const store = storeOn(kv);
    const { feed } = feedOn(store);
    await feed.push(a);
    await oldPush(kv, b, await stampFor(b, "v1"));
    await feed.refresh();
    await feed.push(c);
    await oldPush(kv, a, await stampFor(a, "v1"));
    await feed.history();
    assert.deepEqual(await shortly(store), [
      `${ra} push`,
      `${rc} push`,
      `${rb} push`,
      `${ra} push`,
    ]);
    const sequences = (await Array.fromAsync(kv.list({ prefix: ["limen", "activation"] })))
      .map(({ key }) => key.at(-1));
    assert.deepEqual(sequences, [1, 2, 3, 4]);
  }));

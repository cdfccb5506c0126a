/** The history of a Workers KV that has no register to order it. */
import assert from "node:assert/strict";
import { KvPolicyStore } from "../../../src/platform/cloudflare/policy_store.ts";
import { type Activation, activationOf } from "../../../src/store/history.ts";
import type { Stamp } from "../../../src/store/stamp.ts";
import { feedOn, finding, policyText, revisionOfText, stampFor } from "../../store/fakes.ts";
import { FakeKv } from "./fake_kv.ts";

const [a, b, c] = [policyText("a"), policyText("b"), policyText("c")];
const [ra, rb, rc] = await Promise.all([a, b, c].map(revisionOfText));

const startMs = Date.UTC(2026, 10, 20, 12);
const at = (seconds: number): string => new Date(startMs + seconds * 1000).toISOString();

interface Fixture {
  readonly kv: FakeKv;
  readonly store: KvPolicyStore;
  readonly clock: { ms: number };
}

function fixture({ kv = new FakeKv(), kept }: { kv?: FakeKv; kept?: number } = {}): Fixture {
  const clock = { ms: startMs };
  const store = new KvPolicyStore(kv, {
    revisionOf: revisionOfText,
    now: () => clock.ms,
    sleep: () => Promise.resolve(),
    ...(kept === undefined ? {} : { historyKept: kept }),
  });
  return { kv, store, clock };
}

async function historyOf(store: KvPolicyStore): Promise<readonly Activation[]> {
  const read = await store.history();
  assert.ok(read.kind === "history");
  return read.activations;
}

const revisionsOf = async (store: KvPolicyStore): Promise<string[]> =>
  (await historyOf(store)).map(({ revision }) => revision);

const stampAt = async (
  text: string,
  seconds: number,
  more: Partial<Stamp> = {},
): Promise<Stamp> => ({
  ...await stampFor(text),
  at: at(seconds),
  ...more,
});

Deno.test("kv history: each activation, newest first, with all that is known of it", async () => {
  const { kv, store } = fixture();
  assert.deepEqual(await historyOf(store), []);
  const findings = [{ ...finding("routes[0]", "odd"), severity: "warning" as const }];
  await store.write(a, await stampAt(a, 1, { by: "ann", message: "why" }), { findings });
  await store.write(b, await stampAt(b, 2));
  await store.write(a, await stampAt(a, 3), { source: "rollback" });
  kv.pageSize = 2;
  assert.deepEqual(await historyOf(fixture({ kv }).store), [
    { revision: ra, at: at(3), by: null, message: null, source: "rollback", findings: [] },
    { revision: rb, at: at(2), by: null, message: null, source: "push", findings: [] },
    { revision: ra, at: at(1), by: "ann", message: "why", source: "push", findings },
  ]);
  const read = await store.readRevision(rb!);
  assert.ok(read.kind === "document" && read.document.text === b);
  assert.equal((await store.readRevision(rc!)).kind, "missing");
});

Deno.test("kv history: what older versions of Limen have left is in it", async () => {
  const { kv, store } = fixture();
  await kv.put(`history/${ra}`, a, { metadata: await stampAt(a, 1, { by: "ann" }) });
  await kv.put("history/notes", "by hand");
  await store.write(b, await stampAt(b, 2));
  assert.deepEqual(
    (await historyOf(store)).map(({ revision, by }) => [revision, by]),
    [[rb, null], [ra, "ann"]],
  );
});

Deno.test("kv history: what a register has numbered is in that order, whatever the times are", async () => {
  const { kv, store } = fixture();
  const stamps: readonly [string, Stamp][] = [
    [a, await stampAt(a, 5, { sequence: 1 })],
    [b, await stampAt(b, 2, { sequence: 2 })],
    [c, await stampAt(c, 9)],
  ];
  for (const [, stamp] of stamps) {
    const metadata = { ...stamp, source: "push", findings: 0 };
    await kv.put(`activations/${stamp.at}/${stamp.revision}`, "{}", { metadata });
  }
  assert.deepEqual(await revisionsOf(store), [rc, rb, ra]);
});

Deno.test("kv history: warnings are read for the newest, and counted for the others", async () => {
  const { kv, store } = fixture();
  const findings = [finding("a", "one"), finding("b", "two")];
  for (let i = 0; i < 30; i++) {
    const text = policyText(`p${i}`);
    await store.write(text, await stampAt(text, i), { findings });
  }
  const before = kv.operations.length;
  const read = await historyOf(store);
  assert.equal(kv.operations.slice(before).filter((name) => name.startsWith("get")).length, 25);
  assert.deepEqual(read[24]?.findings, findings);
  assert.match(read[25]!.findings[0]!.message, /^2 findings/);
});

Deno.test("kv history: only so many activations are kept, and the documents that they need", async () => {
  const { kv, store } = fixture({ kept: 2 });
  for (const [i, text] of [a, b, a, c].entries()) await store.write(text, await stampAt(text, i));
  assert.deepEqual(await revisionsOf(store), [rc, ra]);
  const documents = [...kv.entries.keys()].filter((key) => key.startsWith("history/"));
  assert.deepEqual(documents.sort(), [`history/${ra}`, `history/${rc}`].sort());
  kv.fail = (operation) => operation.startsWith("delete") ? new Error("down") : null;
  assert.equal((await store.write(b, await stampAt(b, 9))).kind, "written");
});

Deno.test("kv history: a push is in it at once, though the listing does not show it", async () => {
  const { kv, store, clock } = fixture();
  const real = kv.list.bind(kv);
  const frozen = await real({ prefix: "activations/" });
  kv.list = (options) =>
    options.prefix === "activations/" ? Promise.resolve(frozen) : real(options);
  await store.write(a, await stampAt(a, 1));
  await store.write(b, await stampAt(b, 2));
  assert.deepEqual((await revisionsOf(store)).slice(0, 2), [rb, ra]);
  clock.ms += 90_000;
  kv.list = real;
  assert.deepEqual(await revisionsOf(store), [rb, ra]);
});

Deno.test("kv history: a raw put is entered, once", async () => {
  const { kv, store } = fixture();
  await store.write(a, await stampAt(a, 0));
  await kv.put("policy", b);
  const { feed } = feedOn(store);
  await feed.history();
  await feed.history();
  const { feed: other } = feedOn(fixture({ kv }).store);
  const read = await other.history();
  assert.ok(read.kind === "history");
  const [put, push] = read.activations;
  assert.deepEqual([put?.revision, put?.source, push?.revision], [rb, "put", ra]);
  assert.equal(read.activations.length, 2);
  assert.equal((await store.readRevision(rb!)).kind, "document");
});

Deno.test("kv history: whether a push is in it, one look tells", async () => {
  const { kv, store } = fixture();
  const findings = [{ ...finding("name", "hm"), severity: "warning" as const }];
  await store.write(a, await stampAt(a, 1), { findings });
  const other = fixture({ kv }).store;
  const read = await other.read(null);
  assert.ok(read.kind === "document");
  kv.operations.length = 0;
  const tell = (): never => assert.fail("nobody has to know");
  assert.equal(await other.adopt(read.document, tell), null);
  assert.deepEqual(kv.operations, [`get activations/${at(1)}/${ra}`]);
});

Deno.test("kv history: what is not active any more is not entered", async () => {
  const { kv, store } = fixture();
  await kv.put("policy", b);
  const read = await store.read(null);
  assert.ok(read.kind === "document");
  await kv.put("policy", c);
  const put = activationOf(await stampAt(b, 1), "put", []);
  assert.equal(await store.adopt(read.document, () => put), null);
  assert.deepEqual(await historyOf(store), []);
  kv.fail = () => new Error("down");
  assert.equal((await store.adopt(read.document, () => put))?.code, "unreachable");
  assert.equal((await store.history()).kind, "failed");
});

/** Isolates, the register's own object and Workers KV, together. */
import assert from "node:assert/strict";
import { auditStore } from "../../../src/platform/cloudflare/audit_store.ts";
import type { Env } from "../../../src/platform/cloudflare/env.ts";
import { PolicyRegister } from "../../../src/platform/cloudflare/policy_register.ts";
import { KvPolicyStore } from "../../../src/platform/cloudflare/policy_store.ts";
import { REGISTER_NAME } from "../../../src/platform/cloudflare/register_questions.ts";
import { RegisteredPolicyStore } from "../../../src/platform/cloudflare/registered_store.ts";
import { AUDIT_KEPT, type AuditEntry } from "../../../src/audit/audit.ts";
import type { PolicyFeed } from "../../../src/store/feed.ts";
import { fakeReader, feedOn, policyText, revisionOfText, stampFor } from "../../store/fakes.ts";
import { FakeKv } from "./fake_kv.ts";
import { FakeNamespace } from "./fake_objects.ts";

const [a, b, c] = [policyText("a"), policyText("b"), policyText("c")];
const [ra, rb, rc] = await Promise.all([a, b, c].map(revisionOfText));

interface Deployment {
  readonly kv: FakeKv;
  readonly registers: FakeNamespace<PolicyRegister>;
  readonly env: Env;
  /** The store of an isolate that has just started, and its feed. */
  readonly open: () => RegisteredPolicyStore;
  readonly isolate: () => PolicyFeed;
}

function deployment(): Deployment {
  const kv = new FakeKv();
  const registers = new FakeNamespace(PolicyRegister, { POLICIES: kv });
  const open = (): RegisteredPolicyStore => {
    const options = {
      revisionOf: revisionOfText,
      now: () => Date.now(),
      sleep: () => Promise.resolve(),
    };
    return new RegisteredPolicyStore(registers, new KvPolicyStore(kv, options));
  };
  const isolate = (): PolicyFeed => feedOn(open()).feed;
  return { kv, registers, env: { POLICIES: kv, REGISTER: registers }, open, isolate };
}

async function revisionsOf(feed: PolicyFeed): Promise<string[]> {
  const read = await feed.history();
  assert.ok(read.kind === "history", JSON.stringify(read));
  return read.activations.map(({ revision }) => revision);
}

Deno.test("registered store: of a hundred pushes at once from three isolates, one wins", async () => {
  const { isolate } = deployment();
  const isolates = [isolate(), isolate(), isolate()];
  await isolates[0]!.push(a);
  const texts = Array.from({ length: 99 }, (_, i) => policyText(`p${i}`));
  const guarded = await Promise.all(
    texts.map((text, i) => isolates[i % 3]!.push(text, { ifRevision: ra! })),
  );
  assert.equal(guarded.filter(({ ok }) => ok).length, 1);
  for (const answer of guarded) assert.ok(answer.ok || answer.code === "revision_conflict");
  const pushed = await Promise.all(texts.map((text, i) => isolates[i % 3]!.push(text)));
  assert.ok(pushed.every((answer) => answer.ok && answer.spreadFailure === null));
  const history = await revisionsOf(isolate());
  assert.equal(history.length, 100);
  const revisions = await Promise.all(texts.map(revisionOfText));
  assert.deepEqual(history.slice(0, 99).toSorted(), revisions.toSorted());
  for (const feed of [...isolates, isolate()]) {
    await feed.refresh();
    assert.equal(feed.active?.revision, history[0]);
  }
});

Deno.test("registered store: an isolate sees its own push, and the history's texts", async () => {
  const { kv, isolate } = deployment();
  const [one, two] = [isolate(), isolate()];
  await one.push(a);
  kv.freeze();
  const text = `// ü\n${b}`;
  await one.push(text, { by: "ann" });
  await one.refresh();
  await two.refresh();
  assert.deepEqual([one.active?.revision, two.active?.revision], [rb, ra]);
  const read = await two.readRevision(rb!);
  assert.ok(read.kind === "document" && read.document.text === text);
  assert.equal(read.document.stamp?.by, "ann");
  assert.equal((await two.readRevision(rc!)).kind, "missing");
  kv.thaw();
  await two.refresh();
  assert.equal(two.active?.revision, rb);
});

Deno.test("registered store: a raw put is in the history, and every isolate asks once", async () => {
  const { kv, registers, isolate } = deployment();
  const [one, two] = [isolate(), isolate()];
  await one.push(a);
  await kv.put("policy", b);
  assert.deepEqual(await revisionsOf(one), [rb, ra]);
  assert.deepEqual(await revisionsOf(two), [rb, ra]);
  await Promise.all([one.refresh(), two.refresh()]);
  const asked = (question: string): number =>
    registers.asked.filter((path) => path === question).length;
  assert.deepEqual([asked("/is-active"), asked("/adopt")], [2, 1]);
  assert.ok((await two.push(c, { ifRevision: rb! })).ok);
  assert.deepEqual(await revisionsOf(one), [rc, rb, ra]);
});

Deno.test("registered store: a push straight into KV is looked through behind one request, once", async () => {
  const { kv, open } = deployment();
  await kv.put("policy", a, { metadata: await stampFor(a) });
  const validated: number[] = [];
  for (let isolate = 0; isolate < 3; isolate++) {
    const reader = fakeReader();
    const { feed, settle } = feedOn(open(), reader);
    await feed.refresh();
    assert.equal(feed.active?.revision, ra);
    assert.equal(reader.calls.validate, 0, "a request waits for this");
    await settle();
    validated.push(reader.calls.validate);
  }
  assert.deepEqual(validated, [1, 0, 0]);
});

Deno.test("registered store: what the register has outlives the object", async () => {
  const { registers, isolate } = deployment();
  await isolate().push(a);
  registers.evict(REGISTER_NAME);
  const feed = isolate();
  assert.deepEqual(await revisionsOf(feed), [ra]);
  assert.ok((await feed.push(b, { ifRevision: ra! })).ok);
});

Deno.test("registered store: without an answer nothing is claimed", async () => {
  const { registers, isolate } = deployment();
  const feed = isolate();
  await feed.push(a);
  registers.status = 500;
  const pushed = await feed.push(b);
  assert.ok(!pushed.ok && pushed.code === "unreachable");
  assert.match(pushed.message, /500; the history tells whether/);
  const [history, document] = [await feed.history(), await feed.readRevision(ra!)];
  assert.deepEqual([history.kind, document.kind], ["failed", "failed"]);
  assert.equal(feed.active?.revision, ra);
});

const entry = (message: string): AuditEntry => ({
  at: "2026-11-20T12:00:00.000Z",
  action: "push",
  by: "ann",
  credential: "token",
  subject: ra!,
  previous: null,
  message,
  status: 200,
  code: null,
  ip: null,
});

Deno.test("audit store: the newest entries, newest first, with and without a register", async () => {
  const { registers, env } = deployment();
  for (const store of [auditStore(env), auditStore({ POLICIES: env.POLICIES })]) {
    assert.deepEqual(await store.read(10), []);
    const messages = Array.from({ length: AUDIT_KEPT + 5 }, (_, i) => `m${i}`);
    const kept = await Promise.all(messages.map((message) => store.append(entry(message))));
    assert.deepEqual(new Set(kept), new Set([null]));
    const read = await store.read(AUDIT_KEPT);
    assert.ok(Array.isArray(read));
    assert.deepEqual(
      read.map(({ message }: AuditEntry) => message),
      messages.slice(5).reverse(),
    );
    assert.deepEqual(await store.read(1), [entry(messages.at(-1)!)]);
  }
  registers.evict(REGISTER_NAME);
  const store = auditStore(env);
  await store.append(entry("x".repeat(200_000)));
  const read = await store.read(2);
  assert.ok(Array.isArray(read) && read[1].message === `m${AUDIT_KEPT + 4}`);
  registers.status = 500;
  assert.match((await store.append(entry("late")))!.failure, /500/);
  assert.ok("failure" in await store.read(1));
});

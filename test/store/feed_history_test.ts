import assert from "node:assert/strict";
import type { HistoryRead } from "../../src/store/port.ts";
import {
  fakeReader,
  FakeStore,
  feedOn,
  finding,
  policyText,
  revisionOfText,
  stampFor,
} from "./fakes.ts";

const [a, b] = [policyText("a"), policyText("b")];
const [ra, rb] = [await revisionOfText(a), await revisionOfText(b)];

const told = (read: HistoryRead): string[] => {
  assert.equal(read.kind, "history");
  return read.kind === "history"
    ? read.activations.map(({ revision, source, by }) => `${revision} ${source} ${by}`)
    : [];
};

Deno.test("feed: a raw put enters the history once, as such, however often it is seen", async () => {
  const store = new FakeStore();
  const { feed, settle } = feedOn(store);
  await feed.push(a, { by: "ann" });
  store.put(b);
  await feed.refresh();
  await settle();
  await feed.refresh();
  await settle();
  assert.deepEqual(told(await feed.history()), [`${rb} put null`, `${ra} push ann`]);
});

Deno.test("feed: a put that nobody has noticed is in the history all the same", async (t) => {
  const store = new FakeStore();
  const { feed } = feedOn(store);
  store.put(a);
  await t.step("when somebody asks for it", async () => {
    assert.deepEqual(told(await feed.history()), [`${ra} put null`]);
  });
  await t.step("when somebody pushes over it", async () => {
    store.put(`// by hand\n${a}`);
    await feed.push(b);
    const history = told(await feed.history());
    assert.deepEqual(history, [`${rb} push null`, `${ra} put null`, `${ra} put null`]);
  });
});

Deno.test("feed: a push straight into the store enters with who, when, and its warnings", async () => {
  const store = new FakeStore();
  const reader = fakeReader();
  const validate = reader.validate;
  const warning = { ...finding("name", "hm"), severity: "warning" as const };
  reader.validate = (text) => ({ ...validate(text), findings: [warning] });
  const { feed } = feedOn(store, reader);
  store.put(a, { ...await stampFor(a), by: "ann", message: "why" });
  const read = await feed.history();
  assert.deepEqual(read.kind === "history" && read.activations, [{
    revision: ra,
    at: "2026-11-20T10:00:00.000Z",
    by: "ann",
    message: "why",
    source: "push",
    findings: [warning],
  }]);
});

Deno.test("feed: what is in the history already is not looked through for warnings", async () => {
  const store = new FakeStore();
  store.put(a, await stampFor(a));
  const { feed, settle } = feedOn(store);
  await feed.refresh();
  await settle();
  for (const reader of [fakeReader(), fakeReader()]) {
    const other = feedOn(store, reader);
    await other.feed.refresh();
    assert.equal(other.feed.active?.revision, ra);
    await other.settle();
    assert.deepEqual(reader.calls, { validate: 0, parse: 1, compile: 1 });
  }
});

Deno.test("feed: an adoption that fails is logged once, tried again, and harms nothing", async () => {
  const store = new FakeStore();
  const { feed, log, settle } = feedOn(store);
  store.put(a);
  const adopt = store.adopt.bind(store);
  store.adopt = () => Promise.reject(new Error("quota"));
  for (let i = 0; i < 3; i++) {
    await feed.refresh();
    await settle();
  }
  assert.equal(feed.active?.revision, ra);
  assert.deepEqual(log.filter(({ event }) => event === "history_not_kept"), [{
    event: "history_not_kept",
    revision: ra,
    failure: { code: "unreachable", message: "quota" },
  }]);
  store.adopt = adopt;
  assert.deepEqual(told(await feed.history()), [`${ra} put null`]);
});

Deno.test("feed: a rollback brings a revision back as it was, and is an activation of its own", async () => {
  const store = new FakeStore();
  const { feed } = feedOn(store);
  const commented = `// first\n${a}`;
  await feed.push(commented);
  await feed.push(b);
  const back = await feed.rollback(ra, { by: "bob" });
  assert.equal(back.ok, true);
  assert.equal(feed.active?.text, commented);
  const read = await feed.history();
  const activations = read.kind === "history" ? read.activations : [];
  assert.deepEqual(told(read), [`${ra} rollback bob`, `${rb} push null`, `${ra} push null`]);
  assert.equal(activations[0]?.message, `rollback to ${ra}`);
});

const refusals = [
  { name: "an unknown revision", revision: "ffffffffffff", code: "unknown_revision" },
  { name: "a lost race", revision: ra, ifRevision: ra, code: "revision_conflict" },
  { name: "a store that is gone", revision: ra, down: true, code: "unreachable" },
];
for (const { name, revision, ifRevision, down, code } of refusals) {
  Deno.test(`feed: a rollback is refused, and nothing changes: ${name}`, async () => {
    const store = new FakeStore();
    const { feed } = feedOn(store);
    await feed.push(a);
    await feed.push(b);
    store.down = down ?? false;
    const back = await feed.rollback(revision, ifRevision === undefined ? {} : { ifRevision });
    assert.equal(!back.ok && back.code, code);
    assert.equal(feed.active?.revision, rb);
    assert.equal(store.activations.length, 2);
  });
}

const failing = { ...finding("tests[0]", "canary got 25 %, expected 10 %"), code: "LIM066" };

Deno.test("feed: a policy that fails its own tests is not stored", async () => {
  const store = new FakeStore();
  const { feed } = feedOn(store, { ...fakeReader(), rehearse: () => Promise.resolve([failing]) });
  const pushed = await feed.push(a);
  assert.deepEqual(!pushed.ok && [pushed.code, pushed.findings], ["invalid_policy", [failing]]);
  assert.equal(store.active, null);
});

Deno.test("feed: tests are run on a raw put, not on what another Limen has pushed", async () => {
  const store = new FakeStore();
  const { feed } = feedOn(store, { ...fakeReader(), rehearse: () => Promise.resolve([failing]) });
  store.put(a, await stampFor(a, "v0"));
  await feed.refresh();
  assert.equal(feed.active?.revision, ra);
  store.put(b);
  await feed.refresh();
  assert.equal(feed.active?.revision, ra);
  assert.equal(feed.status().lastError?.code, "invalid_policy");
});

Deno.test("feed: of pushes that are answered in another order than they were taken, the last is in force", async () => {
  const store = new FakeStore();
  const { feed } = feedOn(store);
  const first = Promise.withResolvers<void>();
  const write = store.write.bind(store);
  let writes = 0;
  store.write = async (...args) => {
    const isFirst = writes++ === 0;
    const written = await write(...args);
    if (isFirst) await first.promise;
    return written;
  };
  const slow = feed.push(a);
  await feed.push(b);
  // A store that shows the older one still, as Workers KV may.
  store.active = store.activations[0]!.document;
  first.resolve();
  await slow;
  assert.equal(feed.active?.revision, rb);
});

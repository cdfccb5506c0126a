import assert from "node:assert/strict";
import { MAX_POLICY_BYTES, push } from "../../src/store/push.ts";
import { fakeReader, FakeStore, policyText, revisionOfText } from "./fakes.ts";

const now = (): number => Date.UTC(2026, 10, 20, 12);
const [a, b] = [policyText("a"), policyText("b")];
const [ra, rb] = [await revisionOfText(a), await revisionOfText(b)];

Deno.test("push: the stamp says who, when and why", async () => {
  const store = new FakeStore();
  const pushed = await push(a, { by: "ann", message: "first" }, {
    store,
    reader: fakeReader(),
    now,
  });
  assert.equal(pushed.ok, true);
  assert.deepEqual(store.active?.stamp, {
    revision: ra,
    fingerprint: "v1",
    at: "2026-11-20T12:00:00.000Z",
    by: "ann",
    message: "first",
    sequence: 1,
  });
});

const large = JSON.stringify({ name: "ü".repeat(MAX_POLICY_BYTES / 2) });
const rows = [
  { name: "invalid", text: '{"x":1}', code: "invalid_policy" },
  { name: "no JSON", text: "{", code: "invalid_policy" },
  { name: "too many characters", text: "x".repeat(MAX_POLICY_BYTES + 1), code: "too_large" },
  { name: "too many bytes in fewer characters", text: large, code: "too_large" },
  { name: "lost the race", text: b, ifRevision: rb, code: "revision_conflict" },
  { name: "unreachable", text: b, down: true, code: "unreachable" },
];
for (const { name, text, code, ifRevision, down } of rows) {
  Deno.test(`push: refused and nothing stored: ${name}`, async () => {
    const store = new FakeStore();
    const before = store.put(a);
    store.down = down ?? false;
    const options = ifRevision === undefined ? {} : { ifRevision };
    const pushed = await push(text, options, { store, reader: fakeReader(), now });
    assert.equal(!pushed.ok && pushed.code, code);
    assert.equal(store.active, before);
    if (code === "invalid_policy") assert.equal(!pushed.ok && pushed.findings?.length, 1);
  });
}

Deno.test("push: ifRevision holds for a raw put too", async () => {
  const store = new FakeStore();
  store.put(`// by hand\n${a}`);
  const pushed = await push(b, { ifRevision: ra }, { store, reader: fakeReader(), now });
  assert.equal(pushed.ok, true);
});

Deno.test("push: the largest policy that is not too large", async () => {
  const store = new FakeStore();
  const text = JSON.stringify({ name: "" });
  const full = text.replace('""', `"${"x".repeat(MAX_POLICY_BYTES - text.length)}"`);
  assert.equal((await push(full, {}, { store, reader: fakeReader(), now })).ok, true);
});

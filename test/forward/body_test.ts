import assert from "node:assert/strict";
import { bodyOf } from "../../src/forward/body.ts";
import { arrived, received } from "../support/platform.ts";

Deno.test("no body", async () => {
  const body = await bodyOf(null, 10);
  assert.equal(body.open(), null);
  assert.equal(body.repeatable, true);
  assert.equal(body.received, true);
  assert.equal(body.unseenBytes, 0);
});

const rows = [
  { name: "empty", text: "", keep: 10, kind: "bytes", repeatable: true, unseen: 0 },
  {
    name: "up to the limit",
    text: "0123456789",
    keep: 10,
    kind: "bytes",
    repeatable: true,
    unseen: 0,
  },
  {
    name: "beyond it",
    text: "0123456789a",
    keep: 10,
    kind: "stream",
    repeatable: false,
    unseen: 11,
  },
  { name: "nothing may be kept", text: "a", keep: 0, kind: "stream", repeatable: false, unseen: 1 },
] as const;
for (const { name, text, keep, kind, repeatable, unseen } of rows) {
  Deno.test(`a body of known length, ${name}`, async () => {
    const body = await bodyOf(arrived(text), keep);
    assert.equal(body.repeatable, repeatable);
    assert.equal(body.received, true);
    assert.equal(body.broken, false);
    assert.equal(body.unseenBytes, unseen);
    const outgoing = body.open();
    assert.equal(outgoing?.kind, kind);
    if (outgoing?.kind === "stream") assert.equal(outgoing.length, text.length);
    assert.deepEqual(await received(outgoing), { text, ok: true });
    if (repeatable) assert.deepEqual(await received(body.open()), { text, ok: true });
  });
}

Deno.test("a large body that nobody has read can be opened again", async () => {
  const body = await bodyOf(arrived("0123456789"), 5);
  body.open();
  assert.deepEqual(await received(body.open()), { text: "0123456789", ok: true });
});

Deno.test("a small body that its client breaks off rejects", async () => {
  const broken = { ...arrived("abc"), bytes: () => Promise.reject(new TypeError("gone")) };
  await assert.rejects(bodyOf(broken, 10), TypeError);
});

Deno.test("a body of unknown length is recorded", async () => {
  const body = await bodyOf(arrived("abc", null), 10);
  assert.equal(body.received, false);
  const outgoing = body.open();
  assert.ok(outgoing?.kind === "stream");
  assert.equal(outgoing.length, null);
  assert.deepEqual(await received(outgoing), { text: "abc", ok: true });
  assert.equal(body.received, true);
  assert.deepEqual(await received(body.open()), { text: "abc", ok: true });
});

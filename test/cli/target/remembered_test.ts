import assert from "node:assert/strict";
import { RememberedNamespace, type SlowNamespace } from "../../../src/cli/target/remembered.ts";

const stampOf = (revision: string, at = "2026-11-20T12:00:00.000Z"): object => ({
  revision,
  fingerprint: "f",
  at,
});
const [ONE, TWO] = ["000000000001", "000000000002"] as const;

/** Counts what it is asked. */
class CountingNamespace implements SlowNamespace {
  readonly asked: string[] = [];
  /** The next question fails. */
  isDown = false;
  readonly held: Map<string, { readonly value: string; readonly metadata: unknown }>;

  constructor(held: Readonly<Record<string, { value: string; metadata?: unknown }>> = {}) {
    this.held = new Map(
      Object.entries(held).map(([key, { value, metadata = null }]) => [key, { value, metadata }]),
    );
  }

  keys(): Promise<{ name: string; metadata: unknown }[]> {
    return this.#answer(
      "keys",
      () => [...this.held].map(([name, { metadata }]) => ({ name, metadata })),
    );
  }

  value(key: string): Promise<string> {
    return this.#answer(`value ${key}`, () => {
      const found = this.held.get(key);
      if (found === undefined) throw new Error("404");
      return found.value;
    });
  }

  put(key: string, value: string, metadata: unknown): Promise<void> {
    return this.#answer(`put ${key}`, () => void this.held.set(key, { value, metadata }));
  }

  delete(key: string): Promise<void> {
    return this.#answer(`delete ${key}`, () => void this.held.delete(key));
  }

  // deno-lint-ignore require-await
  async #answer<T>(question: string, answer: () => T): Promise<T> {
    this.asked.push(question);
    if (this.isDown) throw new Error("down");
    return answer();
  }

  /** Since the last time. */
  take(): string[] {
    return this.asked.splice(0).sort();
  }
}

function opened(slow: CountingNamespace): {
  readonly kv: RememberedNamespace;
  readonly pass: (ms: number) => void;
} {
  let nowMs = 0;
  return { kv: new RememberedNamespace(slow, () => nowMs), pass: (ms) => void (nowMs += ms) };
}

const nothing = { value: null, metadata: null };

Deno.test("remembered namespace: the first read asks for all it needs at once", async () => {
  const slow = new CountingNamespace({ policy: { value: "p", metadata: stampOf(ONE) } });
  const { kv } = opened(slow);
  assert.deepEqual(await kv.getWithMetadata("policy"), { value: "p", metadata: stampOf(ONE) });
  assert.deepEqual(slow.take(), ["keys", "value policy"]);
  await kv.getWithMetadata("policy");
  assert.deepEqual(await kv.getWithMetadata("other"), nothing);
  assert.deepEqual((await kv.list({ prefix: "po" })).keys.map(({ name }) => name), ["policy"]);
  assert.deepEqual((await kv.list({ prefix: "x" })).keys, []);
  assert.deepEqual(slow.take(), []);
});

Deno.test("remembered namespace: a first read of what is not there", async () => {
  const { kv } = opened(new CountingNamespace());
  assert.deepEqual(await kv.getWithMetadata("policy"), nothing);
});

Deno.test("remembered namespace: what was written is known, in the order of the keys", async () => {
  const slow = new CountingNamespace({ b: { value: "b" }, d: { value: "d" } });
  const { kv } = opened(slow);
  await kv.list({ prefix: "" });
  await kv.put("c", "c", { metadata: { x: 1 } });
  await kv.put("a", "a", { metadata: null });
  await kv.delete("d");
  slow.take();
  assert.deepEqual(await kv.getWithMetadata("c"), { value: "c", metadata: { x: 1 } });
  assert.deepEqual(await kv.getWithMetadata("d"), nothing);
  const { keys } = await kv.list({ prefix: "" });
  assert.deepEqual(keys.map(({ name }) => name), ["a", "b", "c"]);
  assert.deepEqual(slow.take(), []);
});

Deno.test("remembered namespace: a look after a write asks anew, but for texts whose stamp is known", async () => {
  const slow = new CountingNamespace({ policy: { value: "raw" } });
  const { kv } = opened(slow);
  await kv.getWithMetadata("policy");
  await kv.put("history/1", "p", { metadata: stampOf(ONE) });
  await kv.put("policy", "p", { metadata: stampOf(ONE) });
  slow.take();
  kv.look();
  assert.deepEqual(await kv.list({ prefix: "history" }), {
    keys: [{ name: "history/1", metadata: stampOf(ONE) }],
  });
  assert.equal((await kv.getWithMetadata("policy")).value, "p");
  assert.equal((await kv.getWithMetadata("history/1")).value, "p");
  assert.deepEqual(slow.take(), ["keys"]);

  slow.held.set("policy", { value: "theirs", metadata: stampOf(TWO) });
  await kv.put("x", "", { metadata: null });
  assert.deepEqual(await kv.look().getWithMetadata("policy"), {
    value: "theirs",
    metadata: stampOf(TWO),
  });
});

Deno.test("remembered namespace: what others put shows at a look, after a while", async () => {
  const slow = new CountingNamespace({ policy: { value: "old" } });
  const { kv, pass } = opened(slow);
  await kv.getWithMetadata("policy");
  slow.held.set("policy", { value: "by hand", metadata: null });
  pass(4_999);
  assert.equal((await kv.look().getWithMetadata("policy")).value, "old");
  pass(1);
  assert.equal((await kv.getWithMetadata("policy")).value, "old", "nobody has looked");
  assert.equal((await kv.look().getWithMetadata("policy")).value, "by hand");
});

Deno.test("remembered namespace: a failure is told, and not remembered", async () => {
  const slow = new CountingNamespace({ policy: { value: "p" }, other: { value: "o" } });
  const { kv } = opened(slow);
  slow.isDown = true;
  await assert.rejects(kv.getWithMetadata("policy"), /down/);
  await assert.rejects(kv.list({ prefix: "" }), /down/);
  slow.isDown = false;
  assert.equal((await kv.getWithMetadata("policy")).value, "p");
  slow.isDown = true;
  await assert.rejects(kv.getWithMetadata("other"), /down/);
  await assert.rejects(kv.put("policy", "q", { metadata: null }), /down/);
  await assert.rejects(kv.delete("policy"), /down/);
  slow.isDown = false;
  assert.equal((await kv.getWithMetadata("other")).value, "o");
  assert.equal((await kv.getWithMetadata("policy")).value, "p");
});

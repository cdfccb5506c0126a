import assert from "node:assert/strict";
import { isRemote, KvConnection } from "../../../src/platform/deno/kv_connection.ts";
import type { Kv } from "../../../src/platform/deno/kv_document.ts";

const kvThat = (close: () => void): Kv => ({ close }) as unknown as Kv;

Deno.test("kv connection: is opened once, for all, and closed once", async () => {
  let [opened, closed] = [0, 0];
  const kv = kvThat(() => void closed++);
  const connection = new KvConnection(() => {
    opened++;
    return Promise.resolve(kv);
  });
  await connection.close();
  const used = await Promise.all(
    [1, 2, 3].map(() => connection.using((kv) => Promise.resolve(kv))),
  );
  assert.ok(used.every((one) => one === kv));
  assert.equal(opened, 1);
  await connection.close();
  await connection.close();
  assert.equal(closed, 1);
});

Deno.test("kv connection: what could not be opened is opened anew at the next use", async () => {
  let opened = 0;
  const connection = new KvConnection(() =>
    ++opened === 1 ? Promise.reject(new Error("refused")) : Promise.resolve(kvThat(() => {}))
  );
  await assert.rejects(connection.using(() => Promise.resolve(1)), /refused/);
  assert.equal(await connection.using(() => Promise.resolve(2)), 2);
});

Deno.test("kv connection: what hangs is given up, whether opening or working", async () => {
  const never = new Promise<never>(() => {});
  const late = { message: "No answer from Deno KV within 5 ms" };
  await assert.rejects(new KvConnection(() => never, 5).using(() => Promise.resolve()), late);
  const open = new KvConnection(() => Promise.resolve(kvThat(() => {})), 5);
  await assert.rejects(open.using(() => never), late);
});

Deno.test("kv connection: work that nobody waits for any longer is told so", async () => {
  const open = new KvConnection(() => Promise.resolve(kvThat(() => {})), 5);
  const told = Promise.withResolvers<string>();
  const work = (_: Kv, signal: AbortSignal): Promise<never> => {
    signal.addEventListener("abort", () => told.resolve(signal.reason.message));
    return new Promise(() => {});
  };
  const late = /^No answer from Deno KV within 5 ms$/;
  await assert.rejects(open.using(work), ({ message }) => late.test(message));
  assert.match(await told.promise, late);
});

for (
  const [path, want] of [
    ["kv.db", false],
    [":memory:", false],
    ["https://kv.example", true],
    ["http://127.0.0.1:4512", true],
    [undefined, false],
  ] as const
) {
  Deno.test(`kv connection: ${path ?? "the platform's database, not on Deploy,"} is ${want ? "" : "not "}remote`, () => {
    assert.equal(isRemote(path), want);
  });
}

import assert from "node:assert/strict";
import { jittered, untilFirst } from "../../../src/platform/deno/kv_tries.ts";

const never = new AbortController().signal;

Deno.test("kv tries: again after each time that somebody came first, and no more then", async () => {
  const answers = [null, null, "done", "again"];
  const pauses: number[] = [];
  const done = await untilFirst(
    () => Promise.resolve(answers.shift()!),
    (tries) => Promise.resolve(void pauses.push(tries)),
    never,
  );
  assert.equal(done, "done");
  assert.deepEqual([pauses, answers], [[0, 1], ["again"]]);
});

Deno.test("kv tries: an error ends it", async () => {
  const failing = (): Promise<null> => Promise.reject(new Error("broken"));
  await assert.rejects(untilFirst(failing, () => Promise.resolve(), never), /broken/);
});

Deno.test("kv tries: what nobody waits for any longer is not done behind their back", async () => {
  const given = new AbortController();
  let tries = 0;
  const trying = untilFirst(
    () => Promise.resolve(++tries < 3 ? null : "done"),
    () => {
      if (tries === 2) given.abort(new Error("too late"));
      return Promise.resolve();
    },
    given.signal,
  );
  await assert.rejects(trying, /too late/);
  assert.equal(tries, 2);
});

Deno.test("kv tries: a pause ends when nobody waits for it", async () => {
  const given = new AbortController();
  given.abort();
  await jittered(1_000, given.signal);
});

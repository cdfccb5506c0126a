import assert from "node:assert/strict";
import { unlocked } from "../../../src/platform/deno/kv_unlocked.ts";
import { memoryKv } from "./fakes.ts";

/** A database whose first `count` commits are turned away with `message`. */
function turning(kv: Deno.Kv, count: number, message: string): Deno.Kv {
  const atomic = kv.atomic.bind(kv);
  kv.atomic = () => {
    const operation = atomic();
    const commit = operation.commit.bind(operation);
    operation.commit = () => count-- > 0 ? Promise.reject(new TypeError(message)) : commit();
    return operation;
  };
  return kv;
}

const quick = (): Promise<void> => Promise.resolve();

Deno.test("kv unlocked: a commit waits while another process's is under way, checks and all", () =>
  memoryKv(async (real) => {
    const kv = unlocked(turning(real, 3, "database is locked"), quick);
    const empty = { key: ["a"], versionstamp: null };
    assert.equal((await kv.atomic().check(empty).set(["a"], 1).commit()).ok, true);
    assert.equal((await kv.atomic().check(empty).set(["a"], 2).commit()).ok, false);
    assert.equal((await kv.get(["a"])).value, 1);
  }));

Deno.test("kv unlocked: every other error is one at once", () =>
  memoryKv(async (real) => {
    const kv = unlocked(turning(real, 1, "disk full"), quick);
    await assert.rejects(kv.atomic().set(["a"], 1).commit(), /disk full/);
    assert.equal((await kv.get(["a"])).value, null);
  }));

Deno.test("kv unlocked: a lock that stays is an error in the end", () =>
  memoryKv(async (real) => {
    const kv = unlocked(turning(real, 1_000, "database is locked"), quick);
    await assert.rejects(kv.atomic().set(["a"], 1).commit(), /database is locked/);
  }));

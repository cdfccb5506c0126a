/** The fake does what Deno KV does, or the tests that stand on it would prove nothing. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Kv } from "../../../src/platform/deno/kv_document.ts";
import { memoryKv } from "./fakes.ts";
import { MemoryKv } from "./memory_kv.ts";

const part = fc.constantFrom<Deno.KvKeyPart>("a", "b", "b\u00e9", 0, 1, 9, 10, -1, 1.5);
const key = fc.array(part, { minLength: 1, maxLength: 3 });

const step = fc.oneof(
  fc.record({ do: fc.constant("get" as const), key }),
  fc.record({
    do: fc.constant("commit" as const),
    /** Against nothing there, or against what was last seen. */
    checks: fc.array(fc.record({ key, isSeen: fc.boolean() }), { maxLength: 2 }),
    sets: fc.array(fc.tuple(key, fc.nat(9)), { maxLength: 3 }),
    gone: fc.array(key, { maxLength: 2 }),
  }),
  fc.record({
    do: fc.constant("list" as const),
    selector: fc.oneof(
      fc.record({ prefix: key }),
      fc.tuple(key, key).map(([start, end]) => ({ start, end })),
    ),
    limit: fc.integer({ min: 1, max: 5 }),
    reverse: fc.boolean(),
  }),
);

/** Takes a step on either, and tells what came of it, without versionstamps. */
function taker(kv: Kv): (taken: Step) => Promise<unknown> {
  const seen = new Map<string, string | null>();
  const see = ({ key, value, versionstamp }: Deno.KvEntryMaybe<unknown>): unknown => {
    seen.set(String(key), versionstamp);
    return { key, value, isThere: versionstamp !== null };
  };
  return async (taken) => {
    try {
      switch (taken.do) {
        case "get":
          return see(await kv.get(taken.key));
        case "list": {
          const { selector, limit, reverse } = taken;
          return (await Array.fromAsync(kv.list(selector, { limit, reverse }))).map(see);
        }
        case "commit": {
          const commit = kv.atomic();
          for (const { key, isSeen } of taken.checks) {
            commit.check({ key, versionstamp: isSeen ? seen.get(String(key)) ?? null : null });
          }
          for (const [key, value] of taken.sets) commit.set(key, value);
          for (const key of taken.gone) commit.delete(key);
          return (await commit.commit()).ok;
        }
      }
    } catch (error) {
      return (error as Error).name;
    }
  };
}

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

Deno.test("memory kv: whatever is done, the answers are Deno KV's", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), (steps) =>
      memoryKv(async (real) => {
        const [theirs, ours] = [taker(real), taker(new MemoryKv().connect())];
        for (const taken of steps) {
          // A range from behind to before is an error there, and nobody asks for one.
          const [want, got] = [await theirs(taken), await ours(taken)];
          if (want === "TypeError" && taken.do === "list") continue;
          assert.deepEqual(got, want, JSON.stringify(taken));
        }
      })),
    { numRuns: 150 },
  );
});

const large = new Uint8Array(65_000);
const limits: { name: string; work: (kv: Kv) => Promise<unknown> }[] = [
  { name: "a value too large", work: (kv) => kv.atomic().set(["a"], "x".repeat(65_537)).commit() },
  {
    name: "a commit too large",
    work: (kv) => {
      const commit = kv.atomic();
      for (let i = 0; i < 13; i++) commit.set(["a", i], large);
      return commit.commit();
    },
  },
  {
    name: "too many keys at once",
    work: (kv) => kv.getMany(Array.from({ length: 11 }, (_, i) => ["a", i])),
  },
];
for (const { name, work } of limits) {
  Deno.test(`memory kv: ${name} is refused, as Deno KV does`, () =>
    memoryKv(async (real) => {
      for (const kv of [real, new MemoryKv().connect()]) await assert.rejects(work(kv), TypeError);
    }));
}

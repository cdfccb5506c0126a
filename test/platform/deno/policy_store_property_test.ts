/**
 * Processes that share one database push, put, adopt and read in every order, and any operation may
 * fail, before or after it took effect. What the database has held under the policy's key is the
 * truth that all of it is held against.
 */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { KvConnection } from "../../../src/platform/deno/kv_connection.ts";
import { DenoPolicyStore } from "../../../src/platform/deno/policy_store.ts";
import { activationOf } from "../../../src/store/history.ts";
import type { Activation } from "../../../src/store/history.ts";
import type { StoreWrite } from "../../../src/store/port.ts";
import { parseStamp } from "../../../src/store/stamp.ts";
import { policyText, revisionOfText } from "../../store/fakes.ts";
import { type Gate, MemoryKv } from "./memory_kv.ts";

const NAMES = ["a", "b", "c", "d"] as const;
const nameOf = new Map<string, string>();
for (const name of NAMES) nameOf.set(await revisionOfText(policyText(name)), name);
const revisions = new Map([...nameOf].map(([revision, name]) => [name, revision]));

const KEY = ["limen", "policy"];
const AT = "2026-11-20T10:00:00.000Z";

const name = fc.constantFrom(...NAMES);

const act = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("push" as const), name }) },
  fc.record({ do: fc.constant("pushIf" as const), name, over: name }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant("put" as const), name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("adopt" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("look" as const) }) },
);

type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** What each operation of a process does: the list goes round. */
const luck = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.constant("well" as const) },
    fc.constantFrom("fails" as const, "unheard" as const),
  ),
  { minLength: 1, maxLength: 40 },
);

interface Pushed {
  readonly name: string;
  readonly over: string | null;
  readonly by: string;
  readonly written: StoreWrite;
}

class World {
  readonly kv = new MemoryKv();
  readonly pushed: Pushed[] = [];
  readonly #schedule: fc.Scheduler;

  constructor(schedule: fc.Scheduler) {
    this.#schedule = schedule;
  }

  /** Every operation waits for its turn, and so does its answer. */
  gate(luck: readonly string[]): Gate {
    let count = 0;
    return async (operation, effect) => {
      const fate = luck[count++ % luck.length];
      await this.#schedule.schedule(Promise.resolve(), operation);
      if (fate === "fails") throw new Error("injected before");
      const result = effect();
      await this.#schedule.schedule(Promise.resolve(), `${operation} is answered`);
      if (fate === "unheard") throw new Error("injected after");
      return result;
    };
  }

  store(luck: readonly string[]): DenoPolicyStore {
    const kv = this.kv.connect(this.gate(luck));
    return new DenoPolicyStore(new KvConnection(() => Promise.resolve(kv)), {
      revisionOf: revisionOfText,
      now: () => 0,
      pause: () => this.#schedule.schedule(Promise.resolve(), "pause"),
    });
  }

  async act(store: DenoPolicyStore, taken: Act, by: string): Promise<void> {
    switch (taken.do) {
      case "push":
      case "pushIf": {
        const over = taken.do === "pushIf" ? taken.over : null;
        const stamp = { revision: revisions.get(taken.name)!, fingerprint: "v1", at: AT, by };
        const options = over === null ? {} : { ifRevision: revisions.get(over)! };
        const written = await store.write(policyText(taken.name), stamp, options);
        this.pushed.push({ name: taken.name, over, by, written });
        return;
      }
      case "put":
        return void this.kv.set(KEY, policyText(taken.name));
      case "adopt": {
        const read = await store.read(null);
        if (read.kind !== "document" || read.document.stamp !== null) return;
        const { text, version } = read.document;
        const put = { revision: await revisionOfText(text), fingerprint: "v1", at: AT };
        // Whose version it was, to be found in the history again.
        await store.adopt(
          read.document,
          () => activationOf({ ...put, message: version }, "put", []),
        );
        return;
      }
      case "look": {
        const read = await store.read(null);
        if (read.kind === "document") await this.#assertTrue(read.document);
        else assert.ok(read.kind !== "failed" || read.failure.code === "unreachable", "a mix");
      }
    }
  }

  /** What was read is what the key held at that version, whole. */
  async #assertTrue(
    { text, stamp, version }: { text: string; stamp: unknown; version: string },
  ): Promise<void> {
    const held = this.heads().find(({ versionstamp }) => versionstamp === version);
    assert.ok(held, "a version that never was");
    assert.equal(await revisionOfText(text), held.revision);
    assert.equal(stamp === null, held.sequence === null);
  }

  /** Everything that was active, in order. */
  heads(): {
    versionstamp: string;
    revision: string;
    sequence: number | null;
    by: string | null;
  }[] {
    return this.kv.changes.filter(({ key }) => String(key) === String(KEY))
      .map(({ value, versionstamp }) => {
        if (typeof value === "string") {
          const revision = revisions.get(JSON.parse(value).name)!;
          return { versionstamp, revision, sequence: null, by: null };
        }
        const stamp = parseStamp((value as { stamp: unknown }).stamp)!;
        return {
          versionstamp,
          revision: stamp.revision,
          sequence: stamp.sequence!,
          by: stamp.by!,
        };
      });
  }
}

/** Every flip once and in its order, each adoption behind the put that it tells of. */
function assertHistory(world: World, history: readonly Activation[]): void {
  const entered = world.kv.changes.filter(({ key }) => key[1] === "activation").map(({ key }) =>
    key[2]
  );
  assert.equal(new Set(entered).size, entered.length, "an entry that was written over");
  assert.equal(history.length, entered.length);
  const heads = world.heads();
  const told = history.toReversed();
  const puts = told.filter(({ source }) => source === "put");
  const adopted = new Set(puts.map(({ message }) => message));
  assert.equal(adopted.size, puts.length, "a put that is told of twice");
  const want = heads.filter(({ versionstamp, sequence }) =>
    sequence !== null || adopted.has(versionstamp)
  );
  assert.deepEqual(
    told.map(({ revision, by }) => ({ revision, by })),
    want.map(({ revision, by }) => ({ revision, by })),
  );
  const sequences = want.flatMap(({ sequence }, i) => sequence === null ? [] : [sequence - i]);
  assert.ok(sequences.every((offset) => offset === 1), "numbers without gaps");
}

function assertPushes(world: World): void {
  const heads = world.heads();
  for (const { name, over, by, written } of world.pushed) {
    const at = heads.findIndex((head) => head.by === by);
    if (written.kind === "written") {
      assert.equal(heads[at]?.versionstamp, written.document.version, "an accepted push is gone");
      assert.equal(heads[at]?.revision, revisions.get(name));
      if (over !== null) assert.equal(heads[at - 1]?.revision, revisions.get(over));
    } else if (written.failure.code === "revision_conflict") {
      assert.notEqual(over, null, "refused for having been overtaken");
      assert.equal(at, -1, "refused, and active all the same");
    } else assert.match(written.failure.message, /^injected (?:before|after)$/);
  }
}

const ways = [["and well", fc.constant(["well"])], ["well or badly", luck]] as const;
for (const [what, fates] of ways) {
  const process = fc.record({ acts: fc.array(act, { minLength: 1, maxLength: 6 }), luck: fates });
  Deno.test(`deno kv: whatever meets whatever, ${what}: one order, nothing lost, no mix`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(process, { minLength: 1, maxLength: 4 }),
        fc.scheduler(),
        async (processes, schedule) => {
          const world = new World(schedule);
          const running = Promise.all(processes.map(async ({ acts, luck }, p) => {
            const store = world.store(luck);
            // Two at a time: a process has more than one request.
            const turns = [acts.filter((_, i) => i % 2 === 0), acts.filter((_, i) => i % 2 === 1)];
            await Promise.all(turns.map(async (turn, t) => {
              for (const [i, taken] of turn.entries()) {
                await world.act(store, taken, `${p}.${t}.${i}`);
              }
            }));
          }));
          await schedule.waitFor(running);
          const store = new DenoPolicyStore(
            new KvConnection(() => Promise.resolve(world.kv.connect())),
            { revisionOf: revisionOfText, now: () => 0 },
          );
          const read = await store.history();
          assert.ok(read.kind === "history", JSON.stringify(read));
          assertHistory(world, read.activations);
          assertPushes(world);
          for (const revision of new Set(read.activations.map((each) => each.revision))) {
            const kept = await store.readRevision(revision);
            assert.ok(kept.kind === "document");
            assert.equal(await revisionOfText(kept.document.text), revision);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
}

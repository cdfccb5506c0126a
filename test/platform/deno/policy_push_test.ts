/** Pushes into Deno KV that meet, and that break off at any step. */
import assert from "node:assert/strict";
import { NO_POLICY } from "../../../src/store/port.ts";
import { openDenoPolicyStore } from "../../../src/platform/deno/policy_store.ts";
import type { DenoPolicyStore } from "../../../src/platform/deno/policy_store.ts";
import type { StoreRead, StoreWrite } from "../../../src/store/port.ts";
import { feedOn, policyText, revisionOfText, stampFor } from "../../store/fakes.ts";
import { type Faulty, faulty, incompressible, memoryKv, storeOn } from "./fakes.ts";

const textOf = (read: StoreRead): string =>
  read.kind === "document" ? read.document.text : read.kind;

async function revisionsIn(store: DenoPolicyStore): Promise<string[]> {
  const read = await store.history();
  assert.ok(read.kind === "history", JSON.stringify(read));
  return read.activations.map(({ revision }) => revision);
}

/** Numbered as they came, none twice, and the history tells it in the same order. */
async function assertOrdered(
  store: DenoPolicyStore,
  written: readonly StoreWrite[],
): Promise<void> {
  const order = written.map((each) => {
    assert.ok(each.kind === "written", JSON.stringify(each));
    const { sequence, revision } = each.document.stamp!;
    return { sequence: sequence!, revision, version: each.document.version };
  }).sort((a, b) => b.sequence - a.sequence);
  assert.deepEqual(order.map(({ sequence }) => sequence), order.map((_, i) => order.length - i));
  const versions = order.map(({ version }) => version);
  assert.deepEqual(versions, versions.toSorted().reverse(), "numbered in the order of the commits");
  assert.deepEqual(await revisionsIn(store), order.map(({ revision }) => revision));
  const active = await store.read(null);
  assert.ok(active.kind === "document");
  assert.equal(active.document.stamp?.sequence, order.length);
}

Deno.test("deno push: a hundred at once are all stored, in one order, each whole for who reads", () =>
  memoryKv(async (kv) => {
    const texts = Array.from({ length: 100 }, (_, i) => policyText(`p${i}`));
    let isDone = false;
    const seen: string[] = [];
    const reading = (async (): Promise<void> => {
      while (!isDone) seen.push(textOf(await storeOn(kv).read(null)));
    })();
    const written = await Promise.all(
      texts.map(async (text) => await storeOn(kv).write(text, await stampFor(text))),
    );
    isDone = true;
    await reading;
    await assertOrdered(storeOn(kv), written);
    const known = new Set([...texts, "missing"]);
    assert.deepEqual(seen.filter((text) => !known.has(text)), []);
  }));

Deno.test("deno push: of a hundred at once against one revision, one wins", () =>
  memoryKv(async (kv) => {
    const first = policyText("first");
    await storeOn(kv).write(first, await stampFor(first));
    const ifRevision = await revisionOfText(first);
    const texts = Array.from({ length: 100 }, (_, i) => policyText(`p${i}`));
    const results = await Promise.all(
      texts.map(async (text) =>
        await storeOn(kv).write(text, await stampFor(text), { ifRevision })
      ),
    );
    const won = results.filter(({ kind }) => kind === "written");
    assert.equal(won.length, 1);
    const codes = results.map((each) => each.kind === "failed" ? each.failure.code : "");
    assert.equal(codes.filter((code) => code === "revision_conflict").length, 99);
    assert.equal((await revisionsIn(storeOn(kv))).length, 2);
  }));

Deno.test("deno push: the first policy of all, and nothing else, has to find nothing", () =>
  memoryKv(async (kv) => {
    const store = storeOn(kv);
    const text = policyText("first");
    const write = async (ifRevision: string): Promise<string> => {
      const written = await store.write(text, await stampFor(text), { ifRevision });
      return written.kind === "failed" ? written.failure.code : "ok";
    };
    // What the missing key's value would be, were it a policy.
    assert.equal(await write(await revisionOfText("null")), "revision_conflict");
    const first = await Promise.all([write(NO_POLICY), write(NO_POLICY)]);
    assert.deepEqual(first.sort(), ["ok", "revision_conflict"]);
  }));

Deno.test("deno push: two processes on one file, fifty pushes at once each", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/kv.db`;
  const store = openDenoPolicyStore({ path, revisionOf: revisionOfText, now: () => Date.now() });
  try {
    // The file is there before they meet.
    assert.equal((await store.read(null)).kind, "missing");
    const outputs = await Promise.all(["a", "b"].map((name) => pushFifty(path, name)));
    await assertOrdered(store, outputs.flat());
  } finally {
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
});

async function pushFifty(path: string, name: string): Promise<StoreWrite[]> {
  const script = new URL("./policy_push_process.ts", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", script, path, name, "50"],
    stdin: "null",
  }).output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  assert.ok(success, decode(stderr));
  return JSON.parse(decode(stdout));
}

Deno.test("deno push: one that is overtaken again and again waits, longer each time, and gets in", () =>
  memoryKv(async (kv) => {
    const slow = faulty(kv);
    let overtaken = 0;
    slow.before = async (name) => {
      // The first commit is the chunks', all others are flips.
      if (name === "commit" && overtaken++ > 0 && overtaken <= 31) {
        await storeOn(kv).write(policyText(`p${overtaken}`), await stampFor("{}"));
      }
    };
    const pauses: number[] = [];
    const pause = (tries: number): Promise<void> => Promise.resolve(void pauses.push(tries));
    const last = policyText("last");
    const written = await storeOn(slow.kv, undefined, { pause }).write(last, await stampFor(last));
    assert.ok(written.kind === "written");
    assert.equal(written.document.stamp?.sequence, 31);
    assert.deepEqual(pauses, Array.from({ length: 30 }, (_, i) => i));
  }));

type Failing = Partial<Pick<Faulty, "commitsAnyway" | "failsOnce">>;

const failings: { name: string; how: Failing; want: string[] }[] = [
  { name: "and all after it fail", how: {}, want: ["failed old", "written new"] },
  {
    name: "fails, and the answers of all after it are lost",
    how: { commitsAnyway: true },
    want: ["failed new", "failed old", "written new"],
  },
  { name: "alone fails", how: { failsOnce: true }, want: ["failed old", "written new"] },
  {
    // What happened to the commit is looked up.
    name: "alone has its answer lost",
    how: { failsOnce: true, commitsAnyway: true },
    want: ["failed old", "written new"],
  },
];
for (const { name, how, want } of failings) {
  Deno.test(`deno push: whichever step ${name}: the old or the new, whole, and in the history`, () =>
    memoryKv(async (kv) => {
      const outcomes = new Set<string>();
      const seen: string[] = [];
      for (let failAt = 0;; failAt++) {
        const before = incompressible(150_000);
        await storeOn(kv).write(before, await stampFor(before));
        const history = await revisionsIn(storeOn(kv));
        const after = incompressible(1_000_000);
        const stamp = await stampFor(after);
        const wrapped = faulty(kv);
        // Somebody reads between all steps.
        wrapped.before = async () => void seen.push(textOf(await storeOn(kv).read(null)));
        Object.assign(wrapped, { failAt, ...how });
        const written = await storeOn(wrapped.kv).write(after, stamp);
        const now = textOf(await storeOn(kv).read(null));
        assert.ok(now === before || now === after, `step ${failAt}: a broken document`);
        assert.ok(written.kind === "failed" || now === after, `step ${failAt}: a lost push`);
        if (written.kind === "failed") {
          assert.equal(written.failure.code, "unreachable");
          assert.match(written.failure.message, /^injected at (?:get|list|commit)$/);
        }
        const entered = now === after ? [stamp.revision] : [];
        assert.deepEqual(await revisionsIn(storeOn(kv)), [...entered, ...history]);
        assert.equal(textOf(await storeOn(kv).readLastGood("v1")), now);
        assert.ok(seen.splice(0).every((text) => text === before || text === after));
        const { feed } = feedOn(storeOn(kv));
        await feed.refresh();
        assert.equal(feed.active?.text, now);
        outcomes.add(`${written.kind} ${now === after ? "new" : "old"}`);
        if (wrapped.count <= failAt) break;
      }
      assert.deepEqual([...outcomes].sort(), want);
    }));
}

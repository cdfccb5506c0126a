/** Deletes from Deno KV what no reader can need any more. */
import { oldActivations, parseEntry } from "./kv_activation.ts";
import type { Kv } from "./kv_document.ts";
import {
  activationKey,
  chunkKey,
  type Inventory,
  INVENTORY_PREFIX,
  inventoryKey,
  LAST_GOOD_PREFIX,
  parsePointer,
  type Pointer,
  POLICY_KEY,
} from "./kv_layout.ts";

/** A fingerprint for each of the last few versions of Limen. */
const MAX_LAST_GOOD = 5;

/** A document that nothing points to may be one that is being written or read, for so long. */
export const GRACE_MS = 60 * 60 * 1000;

/** An atomic commit ends at 1000 mutations. */
const DELETES_PER_COMMIT = 500;

/** Activations that one run takes away at the most: a push that waits for it adds one. */
const MAX_TRIMMED = 100;

export interface CollectOptions {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** How many activations stay. */
  readonly kept: number;
  /** Of the newest activation. */
  readonly sequence: number;
}

/**
 * Trims activations and last good documents to the newest, then deletes the documents that nothing
 * points to. May stop anywhere: the next run goes on.
 *
 * @throws whatever Deno KV does
 */
export async function collect(kv: Kv, { nowMs, kept, sequence }: CollectOptions): Promise<void> {
  await trimActivations(kv, sequence - kept, nowMs);
  const pointed = [
    ...await trimOld(kv, Math.max(0, kept - sequence)),
    ...await trimLastGood(kv),
    parsePointer((await kv.get(POLICY_KEY)).value),
  ];
  const needed = new Set<string>();
  for (const pointer of pointed) {
    // Whatever a newer Limen has written, and points to, is not ours to judge.
    if (pointer === "unsupported") return;
    if (pointer !== null) needed.add(pointer.id);
  }
  for await (const { key, value } of kv.list<Inventory>({ prefix: INVENTORY_PREFIX })) {
    const id = String(key.at(-1));
    if (!needed.has(id) && nowMs - value.atMs > GRACE_MS) await remove(kv, id, value.chunks);
  }
}

/** Behind a push, which is done: what can't be collected now is collected after the next one. */
export const collectBehind = (kv: Kv, options: CollectOptions): Promise<void> =>
  collect(kv, options).catch(() => {});

/** From here on the inventory knows the documents of what leaves the history, up to `last`. */
async function trimActivations(kv: Kv, last: number, nowMs: number): Promise<void> {
  if (last < 1) return;
  const oldest = { start: activationKey(0), end: activationKey(last + 1) };
  for await (const entry of kv.list(oldest, { limit: MAX_TRIMMED })) {
    const entered = parseEntry(entry);
    if (entered === null) return;
    const { id, chunks } = entered.document;
    await kv.atomic().check(entry).delete(entry.key)
      .set(inventoryKey(id), { chunks, atMs: nowMs } satisfies Inventory).commit();
  }
}

/** Keeps the newest `keep` of what older versions of Limen have left. */
async function trimOld(kv: Kv, keep: number): Promise<(Pointer | "unsupported")[]> {
  const old = await oldActivations(kv);
  await deleteAll(kv, old.slice(keep).map(({ entry }) => entry));
  return old.slice(0, keep).map(({ pointer }) => pointer);
}

/** Keeps those that were written last; by versionstamp, for clocks may differ. */
async function trimLastGood(kv: Kv): Promise<(Pointer | "unsupported" | null)[]> {
  const entries = await Array.fromAsync(kv.list({ prefix: LAST_GOOD_PREFIX }));
  entries.sort((a, b) => a.versionstamp < b.versionstamp ? 1 : -1);
  await deleteAll(kv, entries.slice(MAX_LAST_GOOD));
  return entries.slice(0, MAX_LAST_GOOD).map(({ value }) => parsePointer(value));
}

/** Checked: one that is being written again at this moment stays. */
async function deleteAll(kv: Kv, entries: readonly Deno.KvEntry<unknown>[]): Promise<void> {
  for (const entry of entries) await kv.atomic().check(entry).delete(entry.key).commit();
}

/** The inventory's entry goes last: were it gone first, a crash would leave chunks for ever. */
async function remove(kv: Kv, id: string, chunks: number): Promise<void> {
  for (let first = 0; first < chunks; first += DELETES_PER_COMMIT) {
    const commit = kv.atomic();
    for (let i = first; i < Math.min(first + DELETES_PER_COMMIT, chunks); i++) {
      commit.delete(chunkKey(id, i));
    }
    await commit.commit();
  }
  await kv.atomic().delete(inventoryKey(id)).commit();
}

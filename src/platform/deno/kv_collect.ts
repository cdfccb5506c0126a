/** Deletes from Deno KV what no reader can need any more. */
import type { Kv } from "./kv_document.ts";
import {
  chunkKey,
  HISTORY_PREFIX,
  type Inventory,
  INVENTORY_PREFIX,
  inventoryKey,
  LAST_GOOD_PREFIX,
  parsePointer,
  POLICY_KEY,
} from "./kv_layout.ts";

/** The contract: the last 100 activations at least. */
export const MAX_HISTORY = 100;

/** A fingerprint for each of the last few versions of Limen. */
const MAX_LAST_GOOD = 5;

/** A document that nothing points to may be one that is being written, for so long. */
export const GRACE_MS = 60 * 60 * 1000;

/** An atomic commit ends at 1000 mutations. */
const DELETES_PER_COMMIT = 500;

/**
 * Trims history and last good documents to the newest, then deletes the documents that nothing
 * points to. May stop anywhere: the next run goes on.
 *
 * @param nowMs milliseconds since the epoch
 * @throws whatever Deno KV does
 */
export async function collect(kv: Kv, nowMs: number): Promise<void> {
  const pointed = [
    ...await trim(kv, HISTORY_PREFIX, MAX_HISTORY),
    ...await trim(kv, LAST_GOOD_PREFIX, MAX_LAST_GOOD),
    (await kv.get(POLICY_KEY)).value,
  ];
  const needed = new Set<string>();
  for (const value of pointed) {
    const parsed = parsePointer(value);
    // Whatever a newer Limen has written, and points to, is not ours to judge.
    if (parsed === "unsupported") return;
    if (parsed === null) continue;
    needed.add(parsed.id);
    if (parsed.previous !== undefined) needed.add(parsed.previous);
  }
  for await (const { key, value } of kv.list<Inventory>({ prefix: INVENTORY_PREFIX })) {
    const id = String(key.at(-1));
    if (!needed.has(id) && nowMs - value.atMs > GRACE_MS) await remove(kv, id, value.chunks);
  }
}

/** Keeps the entries under `prefix` that were written last; by versionstamp, for clocks may differ. */
async function trim(kv: Kv, prefix: string[], keep: number): Promise<unknown[]> {
  const entries = await Array.fromAsync(kv.list({ prefix }));
  entries.sort((a, b) => a.versionstamp < b.versionstamp ? 1 : -1);
  for (const entry of entries.slice(keep)) {
    // Checked: one that is being activated again at this moment stays.
    await kv.atomic().check(entry).delete(entry.key).commit();
  }
  return entries.slice(0, keep).map(({ value }) => value);
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

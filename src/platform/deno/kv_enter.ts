/** The one commit that makes an activation. */
import { type ActivationEntry, parseEntry } from "./kv_activation.ts";
import type { Kv } from "./kv_document.ts";
import { activationKey, inventoryKey } from "./kv_layout.ts";

/**
 * Enters `entry` as number `sequence`, along with what `commit` holds already: all or nothing.
 *
 * @returns the commit's versionstamp; `null`: one of its checks failed, or the number was taken
 * @throws whatever Deno KV does, if it can't be told that it was done all the same
 */
export async function enter(
  kv: Kv,
  commit: Deno.AtomicOperation,
  sequence: number,
  entry: ActivationEntry,
): Promise<string | null> {
  const key = activationKey(sequence);
  commit.check({ key, versionstamp: null }).set(key, entry);
  // The document is in an activation now, so collection need not look at it.
  commit.delete(inventoryKey(entry.document.id));
  try {
    const done = await commit.commit();
    return done.ok ? done.versionstamp : null;
  } catch (error) {
    // The answer may be all that was lost on the way.
    const there = await kv.get(key).catch(() => null);
    const isDone = there !== null && there.versionstamp !== null &&
      parseEntry(there)?.document.id === entry.document.id;
    if (isDone) return there.versionstamp;
    throw error;
  }
}

/** The policy to serve when the active one can't be and nothing is in force yet. */
import { judge, type Judged } from "./judge.ts";
import type { PolicyStore, StoredDocument } from "./port.ts";
import type { PolicyReader } from "./reader.ts";

export interface LastGood {
  readonly document: StoredDocument;
  readonly judged: Judged & { readonly ok: true };
}

/**
 * What these rules last found good; failing that, what other versions of Limen did, newest
 * first, validated anew.
 */
export async function findLastGood(
  store: PolicyStore,
  reader: PolicyReader,
): Promise<LastGood | null> {
  const own = await tryOne(reader.fingerprint, store, reader);
  if (own !== null) return own;
  for (const fingerprint of await store.lastGoodFingerprints()) {
    if (fingerprint === reader.fingerprint) continue;
    const other = await tryOne(fingerprint, store, reader);
    if (other !== null) return other;
  }
  return null;
}

async function tryOne(
  fingerprint: string,
  store: PolicyStore,
  reader: PolicyReader,
): Promise<LastGood | null> {
  const read = await store.readLastGood(fingerprint);
  if (read.kind !== "document") return null;
  const judged = await judge(read.document.text, read.document.stamp, reader);
  return judged.ok ? { document: read.document, judged } : null;
}

/** Reading through a pointer that may move, or a value that was put by hand. */
import type { StoredDocument, StoreFailure, StoreRead } from "../../store/port.ts";
import { type Kv, readDocument } from "./kv_document.ts";
import { parsePointer } from "./kv_layout.ts";

/** How often a read that was overtaken by pushes begins again. */
const MAX_TRIES = 10;

/**
 * Reads the document that `key` points to.
 *
 * @param known what the caller has: a look at the pointer tells whether it still holds
 * @throws whatever Deno KV does
 */
export async function readAt(
  kv: Kv,
  key: Deno.KvKey,
  known: StoredDocument | null,
): Promise<StoreRead> {
  let damaged: string | null = null;
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const { value, versionstamp } = await kv.get(key);
    if (versionstamp === null) return { kind: "missing" };
    if (versionstamp === known?.version) return { kind: "unchanged" };
    // Nothing newer points elsewhere: the document itself is broken.
    if (versionstamp === damaged) break;
    const parsed = parsePointer(value);
    if (parsed === "unsupported") {
      return failed("unsupported_format", "A newer Limen wrote the store");
    }
    const text = parsed === null ? rawText(value) : await readDocument(kv, parsed);
    const stamp = parsed?.stamp ?? null;
    if (text !== null) {
      return { kind: "document", document: { text, stamp, version: versionstamp } };
    }
    damaged = versionstamp;
  }
  return failed("damaged", "The stored policy is not whole");
}

const failed = (code: StoreFailure["code"], message: string): StoreRead => ({
  kind: "failed",
  failure: { code, message },
});

/** A value put by hand is the policy's text, or the policy; `null` if it is no JSON value. */
export function rawText(value: unknown): string | null {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value) ?? null;
  } catch {
    return null;
  }
}

/**
 * Where things lie in Deno KV. A value ends at 64 KiB and a policy does not: documents are
 * compressed, cut into chunks and never changed again; small pointers say which one is meant.
 */
import { parseStamp, type Stamp } from "../../store/stamp.ts";

/** A pointer to the active document, or a raw put: a string or object that is the policy itself. */
export const POLICY_KEY = ["limen", "policy"];

/** Every document there is, whole or half-written, as `Inventory`: for collection only. */
export const INVENTORY_PREFIX = ["limen", "documents"];
export const HISTORY_PREFIX = ["limen", "history"];
export const LAST_GOOD_PREFIX = ["limen", "last-good"];

export const inventoryKey = (id: string): string[] => [...INVENTORY_PREFIX, id];
export const historyKey = (revision: string): string[] => [...HISTORY_PREFIX, revision];
export const lastGoodKey = (fingerprint: string): string[] => [...LAST_GOOD_PREFIX, fingerprint];
export const chunkKey = (id: string, index: number): Deno.KvKey => ["limen", "document", id, index];

/** What the inventory holds of a document. */
export interface Inventory {
  readonly chunks: number;
  /** When its first chunk was written, in milliseconds since the epoch. */
  readonly atMs: number;
}

const KIND = "limen.document";
const FORMAT = 1;

export interface Pointer {
  /** Tells a pointer from a policy that was put by hand. */
  readonly kind: typeof KIND;
  readonly format: typeof FORMAT;
  readonly id: string;
  readonly chunks: number;
  /** Of the text, in UTF-8 and before compression. */
  readonly bytes: number;
  /** Of the same bytes, in hex. */
  readonly sha256: string;
  readonly stamp: Stamp;
  /** The document that was active before: some reader may still be at it. */
  readonly previous?: string;
}

export const pointer = (fields: Omit<Pointer, "kind" | "format">): Pointer => ({
  kind: KIND,
  format: FORMAT,
  ...fields,
});

/** @returns `null` for a raw value, "unsupported" for a pointer that only a newer Limen can read */
export function parsePointer(value: unknown): Pointer | "unsupported" | null {
  if (typeof value !== "object" || value === null) return null;
  const { kind, format, id, chunks, bytes, sha256, stamp, previous } = value as Record<
    string,
    unknown
  >;
  if (kind !== KIND) return null;
  const parsed = parseStamp(stamp);
  const whole = format === FORMAT && typeof id === "string" && typeof chunks === "number" &&
    typeof bytes === "number" && typeof sha256 === "string" && parsed !== null;
  if (!whole) return "unsupported";
  const fields = { id, chunks, bytes, sha256, stamp: parsed };
  return pointer(typeof previous === "string" ? { ...fields, previous } : fields);
}

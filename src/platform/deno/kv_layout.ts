/**
 * Where things lie in Deno KV. A value ends at 64 KiB and a policy does not: documents are
 * compressed, cut into chunks and never changed again; small pointers say which one is meant.
 */
import { parseStamp, type Stamp } from "../../store/stamp.ts";

/** A pointer to the active document, or a raw put: a string or object that is the policy itself. */
export const POLICY_KEY = ["limen", "policy"];

/**
 * Every document that is in no activation, whole or half-written, as `Inventory`: what collection
 * has to look at.
 */
export const INVENTORY_PREFIX = ["limen", "documents"];
/** Every activation, oldest first, as `ActivationEntry`. */
export const ACTIVATION_PREFIX = ["limen", "activation"];
/** What versions of Limen before `ACTIVATION_PREFIX` kept: the last document of each revision. */
export const HISTORY_PREFIX = ["limen", "history"];
export const LAST_GOOD_PREFIX = ["limen", "last-good"];

export const inventoryKey = (id: string): string[] => [...INVENTORY_PREFIX, id];
export const activationKey = (sequence: number): Deno.KvKey => [...ACTIVATION_PREFIX, sequence];
export const historyKey = (revision: string): string[] => [...HISTORY_PREFIX, revision];
export const lastGoodKey = (fingerprint: string): string[] => [...LAST_GOOD_PREFIX, fingerprint];
export const chunkKey = (id: string, index: number): Deno.KvKey => ["limen", "document", id, index];

/** What the inventory holds of a document. */
export interface Inventory {
  readonly chunks: number;
  /** When its first chunk was written, or its activation left the history; ms since the epoch. */
  readonly atMs: number;
}

const KIND = "limen.document";
const FORMAT = 1;

/** A document that lies in chunks. */
export interface Chunked {
  readonly id: string;
  readonly chunks: number;
  /** Of the text, in UTF-8 and before compression. */
  readonly bytes: number;
  /** Of the same bytes, in hex. */
  readonly sha256: string;
}

export interface Pointer extends Chunked {
  /** Tells a pointer from a policy that was put by hand. */
  readonly kind: typeof KIND;
  readonly format: typeof FORMAT;
  readonly stamp: Stamp;
}

export const pointer = (fields: Omit<Pointer, "kind" | "format">): Pointer => ({
  kind: KIND,
  format: FORMAT,
  ...fields,
});

/** @returns `null` for a raw value, "unsupported" for a pointer that only a newer Limen can read */
export function parsePointer(value: unknown): Pointer | "unsupported" | null {
  if (typeof value !== "object" || value === null) return null;
  const { kind, format, stamp } = value as Record<string, unknown>;
  if (kind !== KIND) return null;
  const [document, parsed] = [parseChunked(value), parseStamp(stamp)];
  if (format !== FORMAT || document === null || parsed === null) return "unsupported";
  return pointer({ ...document, stamp: parsed });
}

/** @returns `null` for what is no such thing */
export function parseChunked(value: unknown): Chunked | null {
  if (typeof value !== "object" || value === null) return null;
  const { id, chunks, bytes, sha256 } = value as Record<string, unknown>;
  const isWhole = typeof id === "string" && typeof chunks === "number" &&
    typeof bytes === "number" && typeof sha256 === "string";
  return isWhole ? { id, chunks, bytes, sha256 } : null;
}

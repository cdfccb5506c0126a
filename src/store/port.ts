/**
 * What Limen asks of a key-value store: the active policy, and the last good one behind it.
 * Filled by `platform/cloudflare/policy_store.ts` and `platform/deno/policy_store.ts`.
 * No operation rejects: what can go wrong in a store is a value.
 */
import type { Stamp } from "./stamp.ts";

export type StoreFailureCode =
  /** The store did not answer, or with an error. */
  | "unreachable"
  /** It answered with parts that do not make a whole document. */
  | "damaged"
  /** It holds a layout that only a newer Limen can read. */
  | "unsupported_format"
  | "too_large"
  /** Another push came first. */
  | "revision_conflict";

export interface StoreFailure {
  readonly code: StoreFailureCode;
  readonly message: string;
}

/** A document as it lies in the store. */
export interface StoredDocument {
  /** Byte for byte what was pushed. */
  readonly text: string;
  /** `null` after a raw put, which nobody has validated. */
  readonly stamp: Stamp | null;
  /** Equal for equal content; opaque to all but the store it came from. */
  readonly version: string;
}

export type StoreRead =
  | { readonly kind: "document"; readonly document: StoredDocument }
  | { readonly kind: "unchanged" }
  | { readonly kind: "missing" }
  | { readonly kind: "failed"; readonly failure: StoreFailure };

export type StoreWrite =
  | {
    readonly kind: "written";
    readonly document: StoredDocument;
    /** Why the last good document could not be renewed, if so; the push stands all the same. */
    readonly lastGoodFailure: StoreFailure | null;
  }
  | { readonly kind: "failed"; readonly failure: StoreFailure };

export interface WriteOptions {
  /** Refuse with `revision_conflict` unless this is the active policy's revision. */
  readonly ifRevision?: string;
}

export interface PolicyStore {
  /**
   * The active policy. A store sees its own writes at once, even where other readers don't.
   *
   * @param known what the caller has already: answered by "unchanged" if it still holds
   */
  read(known: StoredDocument | null): Promise<StoreRead>;

  /** Activates a validated document: the active policy, its place in history, the last good one. */
  write(text: string, stamp: Stamp, options?: WriteOptions): Promise<StoreWrite>;

  /**
   * The last document that the rules named by `fingerprint` found good. One is kept for each
   * fingerprint, so that a push from a newer Limen takes nothing from an older one still running.
   */
  readLastGood(fingerprint: string): Promise<StoreRead>;

  /** The fingerprints that have a last good document, newest first; empty when they can't be told. */
  lastGoodFingerprints(): Promise<readonly string[]>;

  /** Keeps a document as `stamp.fingerprint`'s last good one, unless its revision is there already. */
  writeLastGood(text: string, stamp: Stamp): Promise<StoreFailure | null>;

  /**
   * Calls `onChange` when the active policy may have changed, until `signal` aborts.
   * Absent where a store can't be watched. Misses are allowed: readers poll as well.
   */
  watch?(onChange: () => void, signal: AbortSignal): Promise<void>;
}

/** The `unreachable` failure for something thrown by a platform's store. */
export function unreachable(error: unknown): StoreFailure {
  return { code: "unreachable", message: error instanceof Error ? error.message : String(error) };
}

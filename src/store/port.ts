/**
 * What Limen asks of a policy store: the active policy, what was active before, and the last good
 * one behind it.
 * Filled by `platform/cloudflare/policy_store.ts` and `platform/deno/policy_store.ts`.
 * No operation rejects: what can go wrong in a store is a value.
 */
import type { Finding } from "../policy/finding.ts";
import type { Activation, ActivationSource } from "./history.ts";
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
    /**
     * Why readers elsewhere can't see it yet, if so: who orders pushes has taken it, and tries by
     * itself until they do.
     */
    readonly spreadFailure: StoreFailure | null;
  }
  | { readonly kind: "failed"; readonly failure: StoreFailure };

/** What was in force, newest first. */
export type HistoryRead =
  | { readonly kind: "history"; readonly activations: readonly Activation[] }
  | { readonly kind: "failed"; readonly failure: StoreFailure };

export interface WriteOptions {
  /** Refuse with `revision_conflict` unless this is the active policy's revision, or `NO_POLICY`. */
  readonly ifRevision?: string;
  /** "push" unless set. */
  readonly source?: ActivationSource;
  /** Warnings that the document has, for the history. */
  readonly findings?: readonly Finding[];
}

export interface PolicyStore {
  /**
   * The active policy. A store sees its own writes at once, even where other readers don't.
   *
   * @param known what the caller has already: answered by "unchanged" if it still holds
   */
  read(known: StoredDocument | null): Promise<StoreRead>;

  /**
   * Activates a validated document: the active policy, its place in history, the last good one. The
   * document it gives back has the stamp with its `sequence`.
   */
  write(text: string, stamp: Stamp, options?: WriteOptions): Promise<StoreWrite>;

  /** At least the last 100 activations. Its first is the last one that `write` or `adopt` has made. */
  history(): Promise<HistoryRead>;

  /** The document of a revision as it was last active; "missing" when it is not in the history. */
  readRevision(revision: string): Promise<StoreRead>;

  /**
   * Enters into the history what came into force without `write`, if it is active still and not in
   * there yet. Several isolates may do this for one document.
   *
   * @param document as `read` gave it
   * @param tell asked only if it is to be entered: its warnings may have to be looked for
   */
  adopt(document: StoredDocument, tell: () => Activation): Promise<StoreFailure | null>;

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

/** In place of a revision: refuse unless nothing valid is active. */
export const NO_POLICY = "";

/**
 * Whether a push came too late.
 *
 * @param active the revision that is active; `null`: nothing is, or nothing valid
 * @param ifRevision `undefined`: the push replaces whatever there is
 */
export function revisionConflict(
  active: string | null,
  ifRevision: string | undefined,
): StoreFailure | null {
  if (ifRevision === undefined || (active ?? NO_POLICY) === ifRevision) return null;
  const [held, wanted] = [active ?? "no valid policy", ifRevision || "nothing"];
  return { code: "revision_conflict", message: `The store holds ${held}, not ${wanted}` };
}

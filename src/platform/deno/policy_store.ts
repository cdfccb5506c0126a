/**
 * The policy in Deno KV: a database file, one in memory, a denokv server, or Deno Deploy's own.
 * A push writes a document's chunks first and then flips one pointer, so a reader sees the old
 * policy or the new one, whole.
 */
import {
  type PolicyStore,
  type StoredDocument,
  type StoreFailure,
  type StoreRead,
  type StoreWrite,
  unreachable,
  type WriteOptions,
} from "../../store/port.ts";
import { fitStamp, type Stamp } from "../../store/stamp.ts";
import { collect } from "./kv_collect.ts";
import { type KvConnection, kvConnection } from "./kv_connection.ts";
import { type Kv, writeDocument } from "./kv_document.ts";
import {
  historyKey,
  LAST_GOOD_PREFIX,
  lastGoodKey,
  parsePointer,
  type Pointer,
  POLICY_KEY,
} from "./kv_layout.ts";
import { rawText, readAt } from "./kv_read.ts";
import { watchKey } from "./kv_watch.ts";

export interface DenoPolicyStoreOptions {
  /** The revision of a raw document; rejects if it has none. */
  readonly revisionOf: (text: string) => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A pointer is a value too; this leaves it far below 64 KiB. */
const MAX_STAMP_BYTES = 8 * 1024;

/** How often a flip that was overtaken by another push begins again. */
const MAX_TRIES = 10;

export class DenoPolicyStore implements PolicyStore {
  readonly #connection: KvConnection;
  readonly #options: DenoPolicyStoreOptions;

  constructor(connection: KvConnection, options: DenoPolicyStoreOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  read(known: StoredDocument | null): Promise<StoreRead> {
    return this.#reading((kv) => readAt(kv, POLICY_KEY, known));
  }

  readLastGood(fingerprint: string): Promise<StoreRead> {
    return this.#reading((kv) => readAt(kv, lastGoodKey(fingerprint), null));
  }

  async write(text: string, stamp: Stamp, options: WriteOptions = {}): Promise<StoreWrite> {
    try {
      return await this.#connection.using((kv) =>
        this.#activate(kv, text, stamp, options.ifRevision)
      );
    } catch (error) {
      // The flip may have reached the database all the same; its document stays until it is old.
      return { kind: "failed", failure: unreachable(error) };
    }
  }

  async lastGoodFingerprints(): Promise<readonly string[]> {
    try {
      const entries = await this.#connection.using((kv) =>
        Array.fromAsync(kv.list({ prefix: LAST_GOOD_PREFIX }))
      );
      return entries
        .sort((a, b) => a.versionstamp < b.versionstamp ? 1 : -1)
        .map(({ key }) => String(key.at(-1)));
    } catch {
      return [];
    }
  }

  async writeLastGood(text: string, full: Stamp): Promise<StoreFailure | null> {
    const stamp = fitStamp(full, MAX_STAMP_BYTES);
    const key = lastGoodKey(stamp.fingerprint);
    try {
      return await this.#connection.using(async (kv) => {
        const there = await kv.get(key);
        const old = parsePointer(there.value);
        if (old === "unsupported" || old?.stamp.revision === stamp.revision) return null;
        const written = await writeDocument(kv, text, stamp, this.#options.now());
        // Should the check fail, another process has just kept one: as good as this.
        await kv.atomic().check(there).set(key, written).commit();
        return null;
      });
    } catch (error) {
      return unreachable(error);
    }
  }

  /** On a local file this sees the writes of its own process only. */
  watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    return watchKey(this.#connection, POLICY_KEY, onChange, signal);
  }

  /** Closes the connection, for whoever shares it too. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  async #activate(
    kv: Kv,
    text: string,
    full: Stamp,
    ifRevision: string | undefined,
  ): Promise<StoreWrite> {
    const stamp = fitStamp(full, MAX_STAMP_BYTES);
    // Looked at before as well: a push that has lost already need not send its chunks.
    const early = await this.#conflict((await kv.get(POLICY_KEY)).value, ifRevision);
    if (early !== null) return { kind: "failed", failure: early };
    const written = await writeDocument(kv, text, stamp, this.#options.now());
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const head = await kv.get(POLICY_KEY);
      const conflict = await this.#conflict(head.value, ifRevision);
      if (conflict !== null) return { kind: "failed", failure: conflict };
      const flip = await kv.atomic()
        .check(head)
        .set(POLICY_KEY, withPrevious(written, head.value))
        .set(lastGoodKey(stamp.fingerprint), written)
        .set(historyKey(stamp.revision), written)
        .commit();
      if (!flip.ok) continue;
      // The push is done: what can't be collected now is collected after the next one.
      await collect(kv, this.#options.now()).catch(() => {});
      const document = { text, stamp, version: flip.versionstamp };
      return { kind: "written", document, lastGoodFailure: null };
    }
    const message = `Other pushes came first, ${MAX_TRIES} times`;
    return { kind: "failed", failure: { code: "revision_conflict", message } };
  }

  async #conflict(head: unknown, ifRevision: string | undefined): Promise<StoreFailure | null> {
    if (ifRevision === undefined) return null;
    const revision = await this.#revisionAt(head);
    if (revision === ifRevision) return null;
    const message = `The store holds ${revision ?? "no valid policy"}, not ${ifRevision}`;
    return { code: "revision_conflict", message };
  }

  async #revisionAt(head: unknown): Promise<string | null> {
    const parsed = parsePointer(head);
    if (parsed === "unsupported") return null;
    if (parsed !== null) return parsed.stamp.revision;
    const text = rawText(head);
    return text === null ? null : await this.#options.revisionOf(text).catch(() => null);
  }

  async #reading(read: (kv: Kv) => Promise<StoreRead>): Promise<StoreRead> {
    try {
      return await this.#connection.using(read);
    } catch (error) {
      return { kind: "failed", failure: unreachable(error) };
    }
  }
}

function withPrevious(written: Pointer, head: unknown): Pointer {
  const before = parsePointer(head);
  return before === null || before === "unsupported"
    ? written
    : { ...written, previous: before.id };
}

export interface OpenOptions extends DenoPolicyStoreOptions {
  /** See `kvConnection`. */
  readonly path?: string;
  /** After so long without an answer the database counts as unreachable; 60 s unless set. */
  readonly deadlineMs?: number;
}

/** A store with a connection of its own, for who needs nothing else of the database. */
export const openDenoPolicyStore = (
  { path, deadlineMs, ...options }: OpenOptions,
): DenoPolicyStore => new DenoPolicyStore(kvConnection(path, deadlineMs), options);

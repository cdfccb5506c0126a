/**
 * The policy in Deno KV: a database file, one in memory, a denokv server, or Deno Deploy's own.
 * A push writes a document's chunks first and then, in one commit, flips one pointer and enters the
 * history: a reader sees the old policy or the new one, whole, and the history misses none.
 */
import type { Activation } from "../../store/history.ts";
import {
  type HistoryRead,
  type PolicyStore,
  type StoredDocument,
  type StoreFailure,
  type StoreRead,
  type StoreWrite,
  unreachable,
  type WriteOptions,
} from "../../store/port.ts";
import { fitStamp, type Stamp } from "../../store/stamp.ts";
import { adoptPolicy } from "./kv_adopt.ts";
import { type KvConnection, kvConnection } from "./kv_connection.ts";
import { type Kv, writeDocument } from "./kv_document.ts";
import { readHistory, readRevision } from "./kv_history.ts";
import { LAST_GOOD_PREFIX, lastGoodKey, parsePointer, pointer, POLICY_KEY } from "./kv_layout.ts";
import { readAt } from "./kv_read.ts";
import { jittered, type Pause } from "./kv_tries.ts";
import { watchKey } from "./kv_watch.ts";
import { writePolicy } from "./kv_write.ts";

export interface DenoPolicyStoreOptions {
  /** The revision of a raw document; rejects if it has none. */
  readonly revisionOf: (text: string) => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /**
   * How many activations stay. `MOST_KEPT` unless set: who does not know the gateways' setting must
   * not take away what they keep.
   */
  readonly kept?: number;
  /** Between two tries of a push that others were faster than; random unless set. */
  readonly pause?: Pause;
}

/** The most that `LIMEN_HISTORY` can be. */
export const MOST_KEPT = 10_000;

/** A pointer is a value too; this leaves it far below 64 KiB. */
const MAX_STAMP_BYTES = 8 * 1024;

export class DenoPolicyStore implements PolicyStore {
  readonly #connection: KvConnection;
  readonly #options: Required<DenoPolicyStoreOptions>;

  constructor(connection: KvConnection, options: DenoPolicyStoreOptions) {
    this.#connection = connection;
    this.#options = { kept: MOST_KEPT, pause: jittered, ...options };
  }

  read(known: StoredDocument | null): Promise<StoreRead> {
    return this.#reading((kv) => readAt(kv, POLICY_KEY, known));
  }

  readLastGood(fingerprint: string): Promise<StoreRead> {
    return this.#reading((kv) => readAt(kv, lastGoodKey(fingerprint), null));
  }

  history(): Promise<HistoryRead> {
    return this.#reading((kv) => readHistory(kv, this.#options.kept));
  }

  readRevision(revision: string): Promise<StoreRead> {
    return this.#reading((kv) => readRevision(kv, revision, this.#options.kept));
  }

  async write(text: string, full: Stamp, options: WriteOptions = {}): Promise<StoreWrite> {
    const stamp = fitStamp(full, MAX_STAMP_BYTES);
    try {
      return await this.#connection.using((kv, signal) =>
        writePolicy(kv, { text, stamp, ...options }, { ...this.#options, signal })
      );
    } catch (error) {
      // It may have reached the database all the same; if not, its document stays until it is old.
      return { kind: "failed", failure: unreachable(error) };
    }
  }

  async adopt(document: StoredDocument, tell: () => Activation): Promise<StoreFailure | null> {
    try {
      await this.#connection.using((kv, signal) =>
        adoptPolicy(kv, document, tell, { ...this.#options, signal })
      );
      return null;
    } catch (error) {
      return unreachable(error);
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
        const document = await writeDocument(kv, text, this.#options.now());
        // Should the check fail, another process has just kept one: as good as this.
        await kv.atomic().check(there).set(key, pointer({ ...document, stamp })).commit();
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

  async #reading<Read>(
    read: (kv: Kv) => Promise<Read>,
  ): Promise<Read | { readonly kind: "failed"; readonly failure: StoreFailure }> {
    try {
      return await this.#connection.using(read);
    } catch (error) {
      return { kind: "failed", failure: unreachable(error) };
    }
  }
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

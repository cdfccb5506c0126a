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
import { watchPolicy } from "./kv_watch.ts";

export interface DenoPolicyStoreOptions {
  /** The revision of a raw document; rejects if it has none. */
  readonly revisionOf: (text: string) => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** After so long without an answer the database counts as unreachable; 60 s unless set. */
  readonly deadlineMs?: number;
}

/** A pointer is a value too; this leaves it far below 64 KiB. */
const MAX_STAMP_BYTES = 8 * 1024;

/** How often a flip that was overtaken by another push begins again. */
const MAX_TRIES = 10;

export class DenoPolicyStore implements PolicyStore {
  readonly #connect: () => Promise<Kv>;
  readonly #options: DenoPolicyStoreOptions;
  #kv: Promise<Kv> | null = null;

  /** @param connect opens the database; asked again after it failed */
  constructor(connect: () => Promise<Kv>, options: DenoPolicyStoreOptions) {
    this.#connect = connect;
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
      return await this.#using((kv) => this.#activate(kv, text, stamp, options.ifRevision));
    } catch (error) {
      // The flip may have reached the database all the same; its document stays until it is old.
      return { kind: "failed", failure: unreachable(error) };
    }
  }

  async lastGoodFingerprints(): Promise<readonly string[]> {
    try {
      const entries = await this.#using((kv) =>
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
      return await this.#using(async (kv) => {
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
    return watchPolicy(() => this.#open(), onChange, signal);
  }

  async close(): Promise<void> {
    const kv = await this.#kv?.catch(() => null);
    this.#kv = null;
    kv?.close();
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
      return await this.#using(read);
    } catch (error) {
      return { kind: "failed", failure: unreachable(error) };
    }
  }

  #open(): Promise<Kv> {
    if (this.#kv !== null) return this.#kv;
    const opening = this.#connect();
    this.#kv = opening;
    opening.catch(() => {
      if (this.#kv === opening) this.#kv = null;
    });
    return opening;
  }

  /** A database that is gone can keep Deno KV trying for ever. */
  async #using<T>(work: (kv: Kv) => Promise<T>): Promise<T> {
    const deadlineMs = this.#options.deadlineMs ?? 60_000;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`No answer from Deno KV within ${deadlineMs} ms`)),
      deadlineMs,
    );
    try {
      return await Promise.race([this.#open().then(work), late.promise]);
    } finally {
      clearTimeout(timer);
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
  /** A file, `:memory:`, or a denokv server's URL. Absent: what the platform gives (Deno Deploy). */
  readonly path?: string;
}

/** The database is opened at the first use, and again until that works. */
export function openDenoPolicyStore({ path, ...options }: OpenOptions): DenoPolicyStore {
  return new DenoPolicyStore(() => openKv(path), options);
}

async function openKv(path: string | undefined): Promise<Kv> {
  const folder = path === undefined || /^https?:\/\//.test(path) ? null : folderOf(path);
  if (folder !== null) await Deno.mkdir(folder, { recursive: true });
  return await Deno.openKv(path);
}

/** What stands before the last separator; `null` if there is nothing. */
const folderOf = (path: string): string | null => /^(.+)[\\/][^\\/]*$/.exec(path)?.[1] ?? null;

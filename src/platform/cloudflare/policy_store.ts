/**
 * The policy in Workers KV. The active document lies under `policy` exactly as pushed, its stamp
 * in the key's metadata, so that `wrangler kv key put` is a legal push.
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
import { fitStamp, parseStamp, type Stamp } from "../../store/stamp.ts";

/** The part of a KV namespace that this store uses. */
export interface PolicyNamespace {
  getWithMetadata(
    key: string,
    options: { type: "text"; cacheTtl: number },
  ): Promise<{ value: string | null; metadata: unknown }>;
  put(key: string, value: string, options: { metadata: Stamp }): Promise<void>;
  list(options: { prefix: string }): Promise<{ keys: { name: string; metadata?: unknown }[] }>;
}

export interface KvPolicyStoreOptions {
  /** The revision of a raw document; rejects if it has none. */
  readonly revisionOf: (text: string) => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

export const POLICY_KEY = "policy";
const HISTORY_PREFIX = "history/";
const LAST_GOOD_PREFIX = "last-good/";

/** Seconds. The least that Workers KV takes. */
const CACHE_TTL = 30;

/** Workers KV ends at 1024 bytes of metadata; the rest is slack for how it counts. */
const MAX_METADATA_BYTES = 1000;

/** One key takes one write per second: waits before the second and later tries. */
const RETRY_DELAYS_MS = [1_100, 2_200, 4_400];

/** How long Workers KV may still answer with what was there before a write: "60 s or more". */
const SETTLE_MS = 90_000;

/** Texts may be large; more pushes than this within `SETTLE_MS` are told apart by their times. */
const MAX_REPLACED = 3;

/** What this isolate wrote last, for as long as KV may not show it yet. */
interface OwnWrite {
  readonly document: StoredDocument;
  /** What was there before, the latest last: what a stale read may answer. */
  readonly replaced: readonly StoredDocument[];
  readonly untilMs: number;
}

export class KvPolicyStore implements PolicyStore {
  readonly #kv: PolicyNamespace;
  readonly #options: KvPolicyStoreOptions;
  #own: OwnWrite | null = null;

  constructor(kv: PolicyNamespace, options: KvPolicyStoreOptions) {
    this.#kv = kv;
    this.#options = options;
  }

  async read(known: StoredDocument | null): Promise<StoreRead> {
    const read = this.#settled(await this.#get(POLICY_KEY));
    if (read.kind !== "document" || known === null) return read;
    return isSame(read.document, known) ? { kind: "unchanged" } : read;
  }

  /**
   * Workers KV has no compare-and-swap: of two pushes within the same moments, the later write
   * wins, whatever `ifRevision` said.
   */
  async write(text: string, full: Stamp, options: WriteOptions = {}): Promise<StoreWrite> {
    const stamp = fitStamp(full, MAX_METADATA_BYTES);
    const read = await this.read(null);
    if (read.kind === "failed") return read;
    const current = read.kind === "document" ? read.document : null;
    const conflict = await this.#conflict(current, options.ifRevision);
    if (conflict !== null) return { kind: "failed", failure: conflict };
    // History first: what is active is never missing from it.
    const failure = await this.#put(HISTORY_PREFIX + stamp.revision, text, stamp) ??
      await this.#put(POLICY_KEY, text, stamp);
    if (failure !== null) return { kind: "failed", failure };
    const document = { text, stamp, version: versionOf(stamp) };
    this.#remember(document, current);
    // Read back: where KV shows the write at once, as local ones do, nothing is held against it.
    await this.read(null);
    return { kind: "written", document, lastGoodFailure: await this.writeLastGood(text, stamp) };
  }

  readLastGood(fingerprint: string): Promise<StoreRead> {
    return this.#get(LAST_GOOD_PREFIX + fingerprint);
  }

  async lastGoodFingerprints(): Promise<readonly string[]> {
    try {
      const { keys } = await this.#kv.list({ prefix: LAST_GOOD_PREFIX });
      const at = (metadata: unknown): string => parseStamp(metadata)?.at ?? "";
      return keys
        .toSorted((a, b) => at(b.metadata).localeCompare(at(a.metadata)))
        .map(({ name }) => name.slice(LAST_GOOD_PREFIX.length));
    } catch {
      return [];
    }
  }

  /** Written once, without retries: many isolates may find the same document good at one time. */
  async writeLastGood(text: string, full: Stamp): Promise<StoreFailure | null> {
    const stamp = fitStamp(full, MAX_METADATA_BYTES);
    const there = await this.readLastGood(stamp.fingerprint);
    if (there.kind === "document" && there.document.stamp?.revision === stamp.revision) return null;
    return await this.#put(LAST_GOOD_PREFIX + stamp.fingerprint, text, stamp, []);
  }

  async #get(key: string): Promise<StoreRead> {
    try {
      const options = { type: "text", cacheTtl: CACHE_TTL } as const;
      const { value, metadata } = await this.#kv.getWithMetadata(key, options);
      if (value === null) return { kind: "missing" };
      const stamp = parseStamp(metadata);
      return { kind: "document", document: { text: value, stamp, version: versionOf(stamp) } };
    } catch (error) {
      return { kind: "failed", failure: unreachable(error) };
    }
  }

  /** A read as it will be once KV shows this isolate's own last write. */
  #settled(read: StoreRead): StoreRead {
    const own = this.#own;
    if (own === null || this.#options.now() >= own.untilMs) return read;
    if (isOlder(read, own)) return { kind: "document", document: own.document };
    // KV has caught up: whatever it answers from now on is news.
    if (read.kind === "document") this.#own = null;
    return read;
  }

  #remember(document: StoredDocument, current: StoredDocument | null): void {
    const nowMs = this.#options.now();
    const own = this.#own !== null && nowMs < this.#own.untilMs ? this.#own.replaced : [];
    const replaced = [...own, ...(current === null ? [] : [current])].slice(-MAX_REPLACED);
    this.#own = { document, replaced, untilMs: nowMs + SETTLE_MS };
  }

  async #conflict(
    current: StoredDocument | null,
    ifRevision: string | undefined,
  ): Promise<StoreFailure | null> {
    if (ifRevision === undefined) return null;
    const revision = current === null ? null : await this.#revisionOf(current);
    if (revision === ifRevision) return null;
    const message = `The store holds ${revision ?? "no valid policy"}, not ${ifRevision}`;
    return { code: "revision_conflict", message };
  }

  async #revisionOf({ text, stamp }: StoredDocument): Promise<string | null> {
    return stamp?.revision ?? await this.#options.revisionOf(text).catch(() => null);
  }

  async #put(
    key: string,
    text: string,
    stamp: Stamp,
    delaysMs: readonly number[] = RETRY_DELAYS_MS,
  ): Promise<StoreFailure | null> {
    for (let attempt = 0;; attempt++) {
      try {
        await this.#kv.put(key, text, { metadata: stamp });
        return null;
      } catch (error) {
        const delayMs = delaysMs[attempt];
        if (!isTooSoon(error) || delayMs === undefined) return asFailure(error);
        await this.#options.sleep(delayMs);
      }
    }
  }
}

/** Fits any document with this stamp; `isSame` compares the texts as well. */
const versionOf = (stamp: Stamp | null): string => stamp === null ? "raw" : JSON.stringify(stamp);

const isSame = (a: StoredDocument, b: StoredDocument): boolean =>
  a.version === b.version && a.text === b.text;

/** Whether `read` surely is from before `own`. */
function isOlder(read: StoreRead, { document, replaced }: OwnWrite): boolean {
  if (read.kind === "missing") return true;
  if (read.kind !== "document" || isSame(read.document, document)) return false;
  if (replaced.some((before) => isSame(read.document, before))) return true;
  const { stamp } = read.document;
  return stamp !== null && document.stamp !== null && stamp.at < document.stamp.at;
}

/** workerd's message: "KV PUT failed: 429 Too Many Requests". */
const isTooSoon = (error: unknown): boolean => /\b429\b/.test(String(error));

/** workerd's message: "KV PUT failed: 413 …". */
function asFailure(error: unknown): StoreFailure {
  const failure = unreachable(error);
  return /\b413\b/.test(failure.message) ? { ...failure, code: "too_large" } : failure;
}

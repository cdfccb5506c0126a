/** A namespace of Workers KV: its limits, and how its failures are told of. */
import { type StoreFailure, type StoreRead, unreachable } from "../../store/port.ts";
import { parseStamp } from "../../store/stamp.ts";
import { versionOf } from "../../store/version.ts";

/** The part of a KV namespace that is used. */
export interface PolicyNamespace {
  getWithMetadata(
    key: string,
    options: { type: "text"; cacheTtl: number },
  ): Promise<{ value: string | null; metadata: unknown }>;
  put(key: string, value: string, options: { metadata: unknown }): Promise<void>;
  delete(key: string): Promise<void>;
  /** In the order of the keys, some thousand at a time. */
  list(options: { prefix: string; cursor?: string | null }): Promise<KeyList>;
}

export interface KeyList {
  readonly keys: readonly KvKey[];
  /** Where to go on; absent: this was all. */
  readonly cursor?: string;
}

export interface KvKey {
  readonly name: string;
  readonly metadata?: unknown;
}

/** Keys that are asked for at once: a Worker has six connections. */
export const KEYS_AT_ONCE = 6;

/** Workers KV ends at 1024 bytes of metadata. This leaves room for what else stands there. */
export const MAX_STAMP_BYTES = 900;

/** How long Workers KV may still answer with what was there before a write: "60 s or more". */
export const SETTLE_MS = 90_000;

/** Seconds. The least that Workers KV takes. */
const CACHE_TTL = 30;

/** One key takes one write per second: waits before the second and later tries. */
const RETRY_DELAYS_MS: readonly number[] = [1_100, 2_200, 4_400];

export interface KvAccessOptions {
  readonly sleep: (ms: number) => Promise<void>;
}

export class KvAccess {
  readonly #kv: PolicyNamespace;
  readonly #options: KvAccessOptions;

  constructor(kv: PolicyNamespace, options: KvAccessOptions) {
    this.#kv = kv;
    this.#options = options;
  }

  /** The document under `key`. Never rejects. */
  async read(key: string): Promise<StoreRead> {
    try {
      const { value, metadata } = await this.get(key);
      if (value === null) return { kind: "missing" };
      const stamp = parseStamp(metadata);
      return { kind: "document", document: { text: value, stamp, version: versionOf(stamp) } };
    } catch (error) {
      return { kind: "failed", failure: unreachable(error) };
    }
  }

  /** @throws whatever Workers KV does */
  get(key: string): Promise<{ value: string | null; metadata: unknown }> {
    return this.#kv.getWithMetadata(key, { type: "text", cacheTtl: CACHE_TTL });
  }

  /**
   * Writes, again and again while that is too soon after another write. Never rejects.
   *
   * @param often `false`: once
   */
  async put(
    key: string,
    value: string,
    metadata: object,
    often = true,
  ): Promise<StoreFailure | null> {
    const delaysMs = often ? RETRY_DELAYS_MS : [];
    for (let attempt = 0;; attempt++) {
      try {
        await this.#kv.put(key, value, { metadata });
        return null;
      } catch (error) {
        const delayMs = delaysMs[attempt];
        if (!isTooSoon(error) || delayMs === undefined) return asFailure(error);
        await this.#options.sleep(delayMs);
      }
    }
  }

  /** @throws whatever Workers KV does */
  delete(key: string): Promise<void> {
    return this.#kv.delete(key);
  }

  /**
   * All keys that begin with `prefix`, in order.
   *
   * @throws whatever Workers KV does
   */
  async keys(prefix: string): Promise<readonly KvKey[]> {
    const found: KvKey[] = [];
    let cursor: string | null = null;
    do {
      const list: KeyList = await this.#kv.list({ prefix, cursor });
      found.push(...list.keys);
      cursor = list.cursor || null;
    } while (cursor !== null);
    return found;
  }
}

/** workerd's message: "KV PUT failed: 429 Too Many Requests". */
const isTooSoon = (error: unknown): boolean => /\b429\b/.test(String(error));

/** workerd's message: "KV PUT failed: 413 …". */
function asFailure(error: unknown): StoreFailure {
  const failure = unreachable(error);
  return /\b413\b/.test(failure.message) ? { ...failure, code: "too_large" } : failure;
}

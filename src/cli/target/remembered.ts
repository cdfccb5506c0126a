/** A namespace of Workers KV where each question costs a process: so nothing is asked twice. */
import type { KeyList, KvKey, PolicyNamespace } from "../../platform/cloudflare/kv_namespace.ts";
import { parseStamp } from "../../store/stamp.ts";

/** Workers KV by questions that take a second each. All reject with what is wrong. */
export interface SlowNamespace {
  /** All there are, with their metadata. */
  keys(): Promise<readonly KvKey[]>;
  value(key: string): Promise<string>;
  put(key: string, value: string, metadata: unknown): Promise<void>;
  delete(key: string): Promise<void>;
}

/**
 * How long it counts as looked at, from look to look. Workers KV itself may answer with what was
 * there a minute ago.
 */
const FRESH_MS = 5_000;

interface Entry {
  readonly metadata: unknown;
  /** `null`: not read so far. */
  text: Promise<string> | null;
}

type Entries = Map<string, Entry>;

/** For one command. All keys are listed at once, and what is written is known without a question. */
export class RememberedNamespace implements PolicyNamespace {
  readonly #slow: SlowNamespace;
  readonly #now: () => number;
  #entries: Promise<Entries> | null = null;
  #listedMs = -Infinity;
  /** By their stamps: a document has the same wherever it stands. */
  readonly #texts = new Map<string, Promise<string>>();

  /** @param now milliseconds since the epoch */
  constructor(slow: SlowNamespace, now: () => number) {
    this.#slow = slow;
    this.#now = now;
  }

  /** From here on, others' writes show too. */
  look(): this {
    if (this.#now() - this.#listedMs >= FRESH_MS) this.#entries = null;
    return this;
  }

  async getWithMetadata(key: string): Promise<{ value: string | null; metadata: unknown }> {
    // Where nothing is known, these two questions need not wait for each other.
    const isNew = this.#entries === null && this.#texts.size === 0;
    const early = isNew ? this.#slow.value(key) : null;
    // A key that is not there has no value: that is no failure.
    early?.catch(() => {});
    const entry = (await this.#listed()).get(key);
    if (entry === undefined) return { value: null, metadata: null };
    const { metadata } = entry;
    const stamp = stampOf(metadata);
    entry.text ??= early ?? this.#texts.get(stamp) ?? this.#slow.value(key);
    const { text } = entry;
    try {
      const value = await text;
      this.#remember(stamp, text);
      return { value, metadata: metadata ?? null };
    } catch (error) {
      entry.text = null;
      throw error;
    }
  }

  async put(key: string, value: string, { metadata }: { metadata: unknown }): Promise<void> {
    // Who looks next wants to see what has come of it.
    this.#listedMs = -Infinity;
    await this.#slow.put(key, value, metadata);
    const text = Promise.resolve(value);
    (await this.#entries)?.set(key, { metadata, text });
    this.#remember(stampOf(metadata), text);
  }

  async delete(key: string): Promise<void> {
    this.#listedMs = -Infinity;
    await this.#slow.delete(key);
    (await this.#entries)?.delete(key);
  }

  async list({ prefix }: { prefix: string }): Promise<KeyList> {
    const keys = [...await this.#listed()]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, { metadata }]) => ({ name, metadata }))
      .sort((a, b) => a.name < b.name ? -1 : 1);
    return { keys };
  }

  async #listed(): Promise<Entries> {
    if (this.#entries === null) {
      this.#listedMs = this.#now();
      this.#entries = this.#slow.keys().then((keys) =>
        new Map(keys.map(({ name, metadata }) => [name, { metadata, text: null }]))
      );
    }
    try {
      return await this.#entries;
    } catch (error) {
      this.#entries = null;
      throw error;
    }
  }

  #remember(stamp: string, text: Promise<string>): void {
    if (stamp !== NO_STAMP) this.#texts.set(stamp, text);
  }
}

const NO_STAMP = "";

/** What was put by hand has none: another text looks the same in a listing. */
const stampOf = (metadata: unknown): string =>
  parseStamp(metadata) === null ? NO_STAMP : JSON.stringify(metadata);

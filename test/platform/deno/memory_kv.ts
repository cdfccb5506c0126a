/**
 * Deno KV in memory, with its versionstamps, its order and its limits, and a gate at which a test
 * holds, orders or breaks every single operation.
 */
import { serialize } from "node:v8";
import type { Kv } from "../../../src/platform/deno/kv_document.ts";

/** Runs `effect`, which takes no time, when the test likes; or throws before or after it. */
export type Gate = <T>(operation: string, effect: () => T) => Promise<T>;

const open: Gate = (_, effect) => Promise.resolve().then(effect);

interface Entry {
  readonly key: Deno.KvKey;
  readonly value: unknown;
  readonly versionstamp: string;
}

type Check = Deno.AtomicCheck;
type Change = { readonly key: Deno.KvKey; readonly value?: unknown; readonly isGone?: true };

const MAX_VALUE_BYTES = 65_536;
const MAX_COMMIT_BYTES = 800 * 1024;
const MAX_CHANGES = 1_000;
const MAX_CHECKS = 100;
const MAX_GET = 10;
/** Of a list that nobody has given another size. */
const BATCH = 100;

export class MemoryKv {
  readonly #entries = new Map<string, Entry>();
  #commits = 0;
  /** What `key` has held, oldest first. */
  readonly changes: Entry[] = [];

  /** A connection of its own, for another process. */
  connect(gate: Gate = open): Kv {
    const kv = {
      get: (key: Deno.KvKey) => gate("get", () => this.#get(key)),
      getMany: (keys: Deno.KvKey[]) =>
        gate("getMany", () => {
          if (keys.length > MAX_GET) throw new TypeError("Too many ranges (max 10)");
          return keys.map((key) => this.#get(key));
        }),
      list: (selector: Selector, options: Deno.KvListOptions = {}) =>
        this.#list(gate, selector, options),
      atomic: () =>
        new Atomic((checks, changes) => gate("commit", () => this.#do(checks, changes))),
      close(): void {},
    };
    return kv as unknown as Kv;
  }

  /** What somebody does by hand. */
  set(key: Deno.KvKey, value: unknown): string {
    const done = this.#do([], [{ key, value }]);
    return (done as Deno.KvCommitResult).versionstamp;
  }

  #get(key: Deno.KvKey): Deno.KvEntryMaybe<unknown> {
    const { value = null, versionstamp = null } = this.#entries.get(name(key)) ?? {};
    return { key, value: structuredClone(value), versionstamp } as Deno.KvEntryMaybe<unknown>;
  }

  async *#list(
    gate: Gate,
    selector: Selector,
    { limit = Infinity, reverse = false }: Deno.KvListOptions,
  ): AsyncGenerator<Deno.KvEntry<unknown>> {
    let left = limit;
    let after: Deno.KvKey | null = null;
    while (left > 0) {
      const batch: Entry[] = await gate("list", () => {
        const found = [...this.#entries.values()].filter(({ key }) => selects(selector, key))
          .sort((a, b) => reverse ? order(b.key, a.key) : order(a.key, b.key));
        const from: Deno.KvKey | null = after;
        const rest = from === null
          ? found
          : found.filter(({ key }) => reverse ? order(key, from) < 0 : order(key, from) > 0);
        return rest.slice(0, Math.min(BATCH, left)).map((entry) => structuredClone(entry));
      });
      for (const entry of batch) yield entry as Deno.KvEntry<unknown>;
      left -= batch.length;
      if (batch.length < BATCH) return;
      after = batch.at(-1)!.key;
    }
  }

  #do(
    checks: readonly Check[],
    changes: readonly Change[],
  ): Deno.KvCommitResult | Deno.KvCommitError {
    if (checks.length > MAX_CHECKS) throw new TypeError("Too many checks");
    if (changes.length > MAX_CHANGES) throw new TypeError("Too many mutations");
    const sizes = changes.map(({ value, isGone }) => isGone ? 0 : serialize(value).length);
    if (sizes.some((bytes) => bytes > MAX_VALUE_BYTES)) throw new TypeError("Value too large");
    if (sizes.reduce((a, b) => a + b, 0) > MAX_COMMIT_BYTES) {
      throw new TypeError("Total mutation size too large");
    }
    const holds = checks.every(({ key, versionstamp }) =>
      (this.#entries.get(name(key))?.versionstamp ?? null) === versionstamp
    );
    if (!holds) return { ok: false };
    const versionstamp = (++this.#commits).toString(16).padStart(20, "0");
    for (const { key, value, isGone } of changes) {
      if (isGone) {
        this.#entries.delete(name(key));
        continue;
      }
      const entry = { key, value: structuredClone(value), versionstamp };
      this.#entries.set(name(key), entry);
      this.changes.push(entry);
    }
    return { ok: true, versionstamp };
  }
}

class Atomic {
  readonly #commit: MemoryKvCommit;
  readonly #checks: Check[] = [];
  readonly #changes: Change[] = [];

  constructor(commit: MemoryKvCommit) {
    this.#commit = commit;
  }

  check(...checks: Check[]): this {
    this.#checks.push(...checks);
    return this;
  }

  set(key: Deno.KvKey, value: unknown): this {
    this.#changes.push({ key, value });
    return this;
  }

  delete(key: Deno.KvKey): this {
    this.#changes.push({ key, isGone: true });
    return this;
  }

  commit(): Promise<unknown> {
    return this.#commit(this.#checks, this.#changes);
  }
}

type MemoryKvCommit = (checks: readonly Check[], changes: readonly Change[]) => Promise<unknown>;

type Selector = { prefix: Deno.KvKey } | { start: Deno.KvKey; end: Deno.KvKey };

const name = (key: Deno.KvKey): string => JSON.stringify(key);

function selects(selector: Selector, key: Deno.KvKey): boolean {
  if (!("prefix" in selector)) {
    return order(key, selector.start) >= 0 && order(key, selector.end) < 0;
  }
  const { prefix } = selector;
  return key.length > prefix.length && prefix.every((part, i) => part === key[i]);
}

/** Part by part; a text comes before every number. */
function order(a: Deno.KvKey, b: Deno.KvKey): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i] as string | number, b[i] as string | number];
    if (x === y) continue;
    if (typeof x !== typeof y) return typeof x === "string" ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return a.length - b.length;
}

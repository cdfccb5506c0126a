/** Workers KV in memory: its limits, its cache, and failures on demand. */
import type { KeyList, PolicyNamespace } from "../../../src/platform/cloudflare/kv_namespace.ts";

interface Entry {
  value: string;
  metadata: unknown;
}

export class FakeKv implements PolicyNamespace {
  readonly entries = new Map<string, Entry>();
  /** What reads see while `stale`; put there by `freeze`. */
  #frozen: Map<string, Entry> | null = null;
  readonly operations: string[] = [];
  readonly cacheTtls = new Set<number>();
  /** How many keys a listing brings at once. */
  pageSize = 1000;
  /** Asked before every operation for what to throw. */
  fail: (operation: string) => Error | null = () => null;

  /** From here on reads answer what is there now, as a cache does. */
  freeze(): void {
    this.#frozen = new Map(this.entries);
  }

  thaw(): void {
    this.#frozen = null;
  }

  getWithMetadata(
    key: string,
    { cacheTtl }: { type: "text"; cacheTtl: number },
  ): Promise<{ value: string | null; metadata: unknown }> {
    this.cacheTtls.add(cacheTtl);
    return this.#do(`get ${key}`, () => {
      const entry = (this.#frozen ?? this.entries).get(key);
      return { value: entry?.value ?? null, metadata: structuredClone(entry?.metadata ?? null) };
    });
  }

  put(key: string, value: string, { metadata }: { metadata?: unknown } = {}): Promise<void> {
    return this.#do(`put ${key}`, () => {
      if (new TextEncoder().encode(JSON.stringify(metadata ?? null)).length > 1024) {
        throw new Error("KV PUT failed: 413 Metadata too long");
      }
      this.entries.set(key, { value, metadata: structuredClone(metadata ?? null) });
    });
  }

  delete(key: string): Promise<void> {
    return this.#do(`delete ${key}`, () => void this.entries.delete(key));
  }

  list({ prefix, cursor }: { prefix: string; cursor?: string | null }): Promise<KeyList> {
    return this.#do(`list ${prefix}`, () => {
      const names = [...this.entries.keys()].filter((name) => name.startsWith(prefix)).sort();
      const from = Number(cursor ?? 0);
      const keys = names.slice(from, from + this.pageSize)
        .map((name) => ({ name, metadata: structuredClone(this.entries.get(name)!.metadata) }));
      const end = from + keys.length;
      return end < names.length ? { keys, cursor: String(end) } : { keys };
    });
  }

  async #do<T>(operation: string, work: () => T): Promise<T> {
    await Promise.resolve();
    this.operations.push(operation);
    const error = this.fail(operation);
    if (error !== null) throw error;
    return work();
  }
}

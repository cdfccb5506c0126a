/** Workers KV in memory: its limits, its cache, and failures on demand. */
import type { PolicyNamespace } from "../../../src/platform/cloudflare/policy_store.ts";

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

  list({ prefix }: { prefix: string }): Promise<{ keys: { name: string; metadata?: unknown }[] }> {
    return this.#do(`list ${prefix}`, () => {
      const found = [...this.entries].filter(([name]) => name.startsWith(prefix));
      return { keys: found.map(([name, { metadata }]) => ({ name, metadata })) };
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

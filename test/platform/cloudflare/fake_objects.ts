/** Durable Objects without workerd: the classes themselves, behind namespaces that a test watches. */
import assert from "node:assert/strict";
import type {
  ListOptions,
  ObjectContext,
  ObjectNamespace,
  ObjectStorage,
  ObjectTransaction,
} from "../../../src/platform/cloudflare/durable_object.ts";
import type { Env, Fetcher } from "../../../src/platform/cloudflare/env.ts";

/** Limits of a key-value Durable Object. */
const MOST_KEYS = 128;
const MOST_BYTES = 128 * 1024;

const sizeOf = (value: unknown): number =>
  value instanceof Uint8Array
    ? value.byteLength
    : new TextEncoder().encode(JSON.stringify(value) ?? "").length;

export class FakeStorage implements ObjectStorage {
  readonly entries = new Map<string, unknown>();
  alarmMs: number | null = null;
  /** Asked before every write for what to reject it with; those beside it are done all the same. */
  fail: (operation: "put" | "delete" | "setAlarm" | "deleteAlarm") => Error | null = () => null;

  /** As workerd does: what is written in there is undone if it fails. */
  async transaction<T>(work: (within: ObjectTransaction) => Promise<T>): Promise<T> {
    const before = [...this.entries];
    const { alarmMs } = this;
    try {
      return await work(this);
    } catch (error) {
      this.entries.clear();
      for (const [key, value] of before) this.entries.set(key, value);
      this.alarmMs = alarmMs;
      throw error;
    }
  }

  get(keys: readonly string[]): Promise<Map<string, unknown>> {
    assert.ok(keys.length <= MOST_KEYS);
    const found = keys.filter((key) => this.entries.has(key));
    return Promise.resolve(
      new Map(found.map((key) => [key, structuredClone(this.entries.get(key))])),
    );
  }

  list({ prefix = "", reverse = false, limit = Infinity }: ListOptions = {}): Promise<
    Map<string, unknown>
  > {
    const keys = [...this.entries.keys()].filter((key) => key.startsWith(prefix)).sort();
    const ordered = reverse ? keys.reverse() : keys;
    const found = ordered.slice(0, limit)
      .map((key): [string, unknown] => [key, structuredClone(this.entries.get(key))]);
    return Promise.resolve(new Map(found));
  }

  put(entries: Readonly<Record<string, unknown>>): Promise<void> {
    const error = this.fail("put");
    if (error !== null) return Promise.reject(error);
    assert.ok(Object.keys(entries).length <= MOST_KEYS);
    for (const [key, value] of Object.entries(entries)) {
      assert.ok(sizeOf(value) < MOST_BYTES, `${key} is too large`);
      this.entries.set(key, structuredClone(value));
    }
    return Promise.resolve();
  }

  delete(keys: readonly string[]): Promise<number> {
    const error = this.fail("delete");
    if (error !== null) return Promise.reject(error);
    assert.ok(keys.length <= MOST_KEYS);
    return Promise.resolve(keys.filter((key) => this.entries.delete(key)).length);
  }

  setAlarm(atMs: number): Promise<void> {
    const error = this.fail("setAlarm");
    if (error !== null) return Promise.reject(error);
    this.alarmMs = atMs;
    return Promise.resolve();
  }

  deleteAlarm(): Promise<void> {
    const error = this.fail("deleteAlarm");
    if (error !== null) return Promise.reject(error);
    this.alarmMs = null;
    return Promise.resolve();
  }
}

interface Served {
  fetch(request: Request): Promise<Response>;
}

type ObjectClass<T extends Served> = new (context: ObjectContext, env: Env) => T;

export class FakeNamespace<T extends Served> implements ObjectNamespace {
  readonly storages = new Map<string, FakeStorage>();
  readonly hints = new Map<string, string | undefined>();
  readonly #objects = new Map<string, Promise<T>>();
  readonly #class: ObjectClass<T>;
  readonly #env: Env;
  /** Questions so far, by path. */
  readonly asked: string[] = [];
  /** Answers every question with this status, while it is set. */
  status: number | null = null;

  constructor(Class: ObjectClass<T>, env: Env) {
    this.#class = Class;
    this.#env = env;
  }

  idFromName(name: string): unknown {
    return name;
  }

  get(id: unknown, options: { readonly locationHint?: string } = {}): Fetcher {
    const name = String(id);
    this.hints.set(name, options.locationHint);
    return {
      fetch: async (url, init) => {
        this.asked.push(new URL(url).pathname);
        if (this.status !== null) return new Response("no", { status: this.status });
        const object = await this.object(name);
        return await Promise.race([object.fetch(new Request(url, init)), aborted(init.signal)]);
      },
    };
  }

  /** The object, begun if it is not running. */
  object(name: string): Promise<T> {
    const running = this.#objects.get(name);
    if (running !== undefined) return running;
    const storage = this.storages.get(name) ?? new FakeStorage();
    this.storages.set(name, storage);
    let loaded = Promise.resolve();
    const object = new this.#class({
      storage,
      blockConcurrencyWhile: (work) => loaded = work(),
    }, this.#env);
    const ready = loaded.then(() => object);
    this.#objects.set(name, ready);
    return ready;
  }

  /** Puts an object away: what it has not stored is gone. */
  evict(name: string): void {
    this.#objects.delete(name);
  }
}

/** Rejects once `signal` aborts. */
function aborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason));
  });
}

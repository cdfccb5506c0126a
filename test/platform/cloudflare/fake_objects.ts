/** Durable Objects without workerd: the classes themselves, behind namespaces that a test watches. */
import type {
  ObjectContext,
  ObjectNamespace,
  ObjectStorage,
} from "../../../src/platform/cloudflare/durable_object.ts";
import type { Env, Fetcher } from "../../../src/platform/cloudflare/env.ts";

export class FakeStorage implements ObjectStorage {
  readonly entries = new Map<string, unknown>();
  alarmMs: number | null = null;

  list(): Promise<Map<string, unknown>> {
    return Promise.resolve(structuredClone(this.entries));
  }

  put(entries: Readonly<Record<string, unknown>>): Promise<void> {
    for (const [key, value] of Object.entries(entries)) {
      this.entries.set(key, structuredClone(value));
    }
    return Promise.resolve();
  }

  setAlarm(atMs: number): Promise<void> {
    this.alarmMs = atMs;
    return Promise.resolve();
  }

  deleteAlarm(): Promise<void> {
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

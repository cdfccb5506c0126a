/** Deno KV that fails when told to, and texts to store in it. */
import { KvConnection } from "../../../src/platform/deno/kv_connection.ts";
import {
  DenoPolicyStore,
  type DenoPolicyStoreOptions,
} from "../../../src/platform/deno/policy_store.ts";
import type { Kv } from "../../../src/platform/deno/kv_document.ts";
import { revisionOfText } from "../../store/fakes.ts";

export interface Faulty {
  readonly kv: Kv;
  /** Operations so far: reads, list scans and commits. */
  count: number;
  /** Fails this one and all after it; `undefined`: none. */
  failAt: number | undefined;
  /** Fails `failAt` and no other. */
  failsOnce: boolean;
  /** Whether a failing commit reaches the database all the same. */
  commitsAnyway: boolean;
  /** Called before every operation. */
  before: (name: string, key?: Deno.KvKey) => Promise<void> | void;
}

/** Wraps a real database, so that any single step can be made to fail. */
export function faulty(real: Deno.Kv): Faulty {
  const step = async <T>(name: string, work: () => Promise<T>, key?: Deno.KvKey): Promise<T> => {
    await self.before(name, key);
    const left = (self.failAt ?? Infinity) - self.count++;
    const fails = self.failsOnce ? left === 0 : left <= 0;
    if (!fails) return await work();
    if (name === "commit" && self.commitsAnyway) await work();
    throw new Error(`injected at ${name}`);
  };
  const atomic = (): Deno.AtomicOperation => {
    const operation = real.atomic();
    const commit = operation.commit.bind(operation);
    operation.commit = () => step("commit", commit);
    return operation;
  };
  const kv = {
    get: (key: Deno.KvKey) => step("get", () => real.get(key), key),
    getMany: (keys: Deno.KvKey[]) => step("getMany", () => real.getMany(keys), keys[0]),
    list: async function* (
      selector: Deno.KvListSelector,
      options: Deno.KvListOptions,
    ): AsyncGenerator<Deno.KvEntry<unknown>> {
      yield* await step("list", () => Promise.resolve(real.list(selector, options)));
    },
    atomic,
    watch: real.watch.bind(real),
    close: () => real.close(),
  } as unknown as Kv;
  const self: Faulty = {
    kv,
    count: 0,
    failAt: undefined,
    failsOnce: false,
    commitsAnyway: false,
    before: () => {},
  };
  return self;
}

export interface Clock {
  ms: number;
}

export const storeOn = (
  kv: Kv,
  clock: Clock = { ms: Date.UTC(2026, 10, 20, 12) },
  options: Pick<DenoPolicyStoreOptions, "kept" | "pause"> = {},
): DenoPolicyStore =>
  new DenoPolicyStore(new KvConnection(() => Promise.resolve(kv)), {
    revisionOf: revisionOfText,
    now: () => clock.ms,
    ...options,
  });

/** A policy of at least `bytes` that gzip can hardly shorten: 6.5 random bits a character. */
export function incompressible(bytes: number): string {
  let name = "";
  const piece = new Uint8Array(65_536);
  while (name.length < bytes) {
    crypto.getRandomValues(piece);
    name += Array.from(piece, (byte) => String.fromCharCode(0x23 + (byte % 90))).join("")
      .replaceAll("\\", "ß");
  }
  return JSON.stringify({ name });
}

export async function memoryKv(work: (kv: Deno.Kv) => Promise<void>): Promise<void> {
  const kv = await Deno.openKv(":memory:");
  try {
    await work(kv);
  } finally {
    kv.close();
  }
}

/** How many entries lie under `prefix`. */
export async function countUnder(kv: Deno.Kv, ...prefix: Deno.KvKey): Promise<number> {
  return (await Array.fromAsync(kv.list({ prefix }))).length;
}

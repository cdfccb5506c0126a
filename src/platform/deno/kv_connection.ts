/** One connection to a Deno KV, shared by all that lies there. */
import { isOnDeploy } from "./deploy.ts";
import type { Kv } from "./kv_document.ts";
import { unlocked } from "./kv_unlocked.ts";

export class KvConnection {
  readonly #connect: () => Promise<Kv>;
  readonly #deadlineMs: number;
  #kv: Promise<Kv> | null = null;

  /**
   * @param connect opens the database at the first use; asked again after it failed
   * @param deadlineMs after so long without an answer the database counts as unreachable
   */
  constructor(connect: () => Promise<Kv>, deadlineMs = 60_000) {
    this.#connect = connect;
    this.#deadlineMs = deadlineMs;
  }

  open(): Promise<Kv> {
    if (this.#kv !== null) return this.#kv;
    const opening = this.#connect();
    this.#kv = opening;
    opening.catch(() => {
      if (this.#kv === opening) this.#kv = null;
    });
    return opening;
  }

  /**
   * A database that is gone can keep Deno KV trying for ever.
   *
   * @param work its signal aborts when nobody waits for it any longer
   * @throws what opening or `work` throws, or that the deadline is over
   */
  async using<T>(work: (kv: Kv, signal: AbortSignal) => Promise<T>): Promise<T> {
    const deadlineMs = this.#deadlineMs;
    const [late, given] = [Promise.withResolvers<never>(), new AbortController()];
    const timer = setTimeout(() => {
      const error = new Error(`No answer from Deno KV within ${deadlineMs} ms`);
      late.reject(error);
      given.abort(error);
    }, deadlineMs);
    try {
      return await Promise.race([
        this.open().then((kv) => work(kv, given.signal)),
        late.promise,
      ]);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    const kv = await this.#kv?.catch(() => null);
    this.#kv = null;
    kv?.close();
  }
}

/**
 * @param path a file, `:memory:`, or a denokv server's URL; `undefined`: what the platform gives
 *   (Deno Deploy)
 */
export const kvConnection = (path: string | undefined, deadlineMs?: number): KvConnection =>
  new KvConnection(() => openKv(path), deadlineMs);

/** Whether the database is a server's, or Deno Deploy's: its `watch` tells of every writer. */
export const isRemote = (path: string | undefined): boolean =>
  path === undefined ? isOnDeploy() : /^https?:\/\//.test(path);

async function openKv(path: string | undefined): Promise<Kv> {
  const folder = path === undefined || isRemote(path) ? null : folderOf(path);
  if (folder !== null) await Deno.mkdir(folder, { recursive: true });
  return unlocked(await Deno.openKv(path));
}

/** What stands before the last separator; `null` if there is nothing. */
const folderOf = (path: string): string | null => /^(.+)[\\/][^\\/]*$/.exec(path)?.[1] ?? null;

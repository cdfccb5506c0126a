/** What the register asks of the storage that only it writes: one Durable Object's, on Workers. */

/** What is changed together: all of it, or nothing. */
export interface Change {
  readonly put: Readonly<Record<string, unknown>>;
  readonly remove: readonly string[];
  /** When to be woken, in milliseconds since the epoch; `null`: not at all; absent: as before. */
  readonly wakeAtMs?: number | null;
}

/** Values are plain data and bytes, below 128 KiB each. Every operation may reject. */
export interface RegisterStorage {
  /** What there is of `keys`. */
  get(keys: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
  /** What lies under `prefix`, in the order of the keys. */
  list(prefix: string): Promise<ReadonlyMap<string, unknown>>;
  commit(change: Change): Promise<void>;
}

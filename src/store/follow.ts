/** Keeps a feed up to date where a process lives long: watching if the store can, and polling. */
import type { PolicyFeed } from "./feed.ts";
import type { PolicyStore } from "./port.ts";

export interface FollowOptions {
  /** `LIMEN_REFRESH`: milliseconds between two looks, whether or not the store can be watched. */
  readonly refreshMs: number;
  /** Resolves after `ms`, or as soon as `signal` aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Refreshes `feed` until `signal` aborts. Never rejects. */
export async function follow(
  feed: PolicyFeed,
  store: PolicyStore,
  { refreshMs, sleep, signal }: FollowOptions,
): Promise<void> {
  const watching = store.watch?.(() => void feed.refresh(), signal);
  while (!signal.aborted) {
    await feed.refresh();
    await sleep(refreshMs, signal);
  }
  await watching;
}

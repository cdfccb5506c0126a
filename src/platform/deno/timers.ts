/**
 * Timers for requests, almost all of which are cancelled. One of Deno's own
 * costs some 10 µs to set and clear; here all of one length share one, and each
 * is an entry in a queue.
 */

interface Waiting {
  /** By the monotonic clock, in milliseconds. */
  readonly atMs: number;
  readonly callback: () => void;
}

/** What a queue of timers needs of the runtime. */
export interface Clock {
  /** Monotonic, in milliseconds. */
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
}

export type After = (ms: number, callback: () => void) => () => void;

/** @returns a function that calls back once after `ms`, unless what it returns is called before */
export function timers(clock: Clock): After {
  /** By length; each in the order in which its timers are due, which is that in which they came. */
  const queues = new Map<number, Set<Waiting>>();
  const fire = (ms: number, queue: Set<Waiting>): void => {
    for (const waiting of queue) {
      const leftMs = waiting.atMs - clock.now();
      if (leftMs > 0) {
        clock.setTimeout(() => fire(ms, queue), leftMs);
        return;
      }
      queue.delete(waiting);
      waiting.callback();
    }
    queues.delete(ms);
  };
  return (ms, callback) => {
    const waiting: Waiting = { atMs: clock.now() + ms, callback };
    let queue = queues.get(ms);
    if (queue === undefined) {
      const begun = new Set<Waiting>();
      queues.set(ms, queue = begun);
      clock.setTimeout(() => fire(ms, begun), ms);
    }
    queue.add(waiting);
    return () => void queue.delete(waiting);
  };
}

export const after: After = timers({
  now: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
});

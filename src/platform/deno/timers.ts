/**
 * Timers for requests, almost all of which are cancelled. One of Deno's own
 * costs some 10 µs to set and clear; here all of one length share one, and each
 * is a link in a chain.
 */
import { Chain } from "../../model/chain.ts";

interface Waiting {
  /** By the monotonic clock, in milliseconds. */
  readonly atMs: number;
  readonly callback: () => void;
}

/** What a chain of timers needs of the runtime. */
export interface Clock {
  /** Monotonic, in milliseconds. */
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
}

export type After = (ms: number, callback: () => void) => () => void;

/** @returns a function that calls back once after `ms`, unless what it returns is called before */
export function timers(clock: Clock): After {
  /** By length; each in the order in which its timers are due, which is that in which they came. */
  const chains = new Map<number, Chain<Waiting>>();
  const fire = (ms: number, chain: Chain<Waiting>): void => {
    for (let link = chain.first; link !== null; link = chain.first) {
      const leftMs = link.item.atMs - clock.now();
      if (leftMs > 0) {
        clock.setTimeout(() => fire(ms, chain), leftMs);
        return;
      }
      chain.remove(link);
      link.item.callback();
    }
    chains.delete(ms);
  };
  return (ms, callback) => {
    let chain = chains.get(ms);
    if (chain === undefined) {
      const begun = new Chain<Waiting>();
      chains.set(ms, chain = begun);
      clock.setTimeout(() => fire(ms, begun), ms);
    }
    const link = chain.add({ atMs: clock.now() + ms, callback });
    return () => void chain.remove(link);
  };
}

export const after: After = timers({
  now: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
});

/** What is done by compare-and-set: again and again, until nobody comes first. */
import { sleep } from "./sleep.ts";

/** Waits until the next try; as soon as `signal` aborts, no longer. `tries`: those that failed. */
export type Pause = (tries: number, signal: AbortSignal) => Promise<void>;

/** Milliseconds that the first pause takes at the most; each one after it may take twice as long. */
const BASE_MS = 2;

/** No pause is longer. */
const MOST_MS = 200;

/** "Full jitter": who failed together does not try again together. */
export const jittered: Pause = (tries, signal) =>
  sleep(Math.random() * Math.min(MOST_MS, BASE_MS * 2 ** tries), signal);

/**
 * Tries until it is done. One of all who try at a time gets through, so everybody does in the end.
 *
 * @param attempt `null`: somebody came first
 * @param signal whoever asked does not wait any longer
 * @throws what `attempt` throws, and the signal's reason
 */
export async function untilFirst<T>(
  attempt: () => Promise<T | null>,
  pause: Pause,
  signal: AbortSignal,
): Promise<T> {
  for (let tries = 0;; tries++) {
    const done = await attempt();
    if (done !== null) return done;
    await pause(tries, signal);
    signal.throwIfAborted();
  }
}

/**
 * What is counted as under way. Some runtimes end a request's work without a word when its client
 * goes, so that whoever entered never leaves: places that nobody can still need are given back.
 */

import { Chain } from "../model/chain.ts";

interface Place {
  readonly untilMs: number;
  readonly leave: () => void;
}

/** Milliseconds between two looks for places that were left behind. */
const SWEEP_MS = 1_000;

/** How much longer than allowed a place may be held: whoever holds it has to notice the time first. */
const GRACE_MS = 1_000;

/** A place without a limit is given back after this; what holds it longer is no longer counted. */
const LONGEST_MS = 300_000;

export class InFlight {
  readonly #places = new Chain<Place>();
  #sweepMs = -Infinity;

  /**
   * @param untilMs when it has to be over, milliseconds since the epoch; infinite: nobody knows
   * @param leave called exactly once: by the function returned, or when the time is over
   */
  enter(nowMs: number, untilMs: number, leave: () => void): () => void {
    const link = this.#places.add({ untilMs: Math.min(untilMs, nowMs + LONGEST_MS), leave });
    return () => {
      if (this.#places.remove(link)) leave();
    };
  }

  /** Gives back what was left behind. Costs one comparison but for once a second. */
  sweep(nowMs: number): void {
    if (nowMs < this.#sweepMs) return;
    this.#sweepMs = nowMs + SWEEP_MS;
    let link = this.#places.first;
    while (link !== null) {
      const { item: { untilMs, leave }, after } = link;
      if (nowMs >= untilMs + GRACE_MS && this.#places.remove(link)) leave();
      link = after;
    }
  }
}

/**
 * How many requests per second a member sees for one cluster: counted over windows that are long
 * enough to say something, and averaged over the last few (EWMA).
 */

/** A window with enough requests may be this short. */
const MIN_WINDOW_MS = 250;
const ENOUGH = 4;
/** With fewer requests it takes at least so long. */
const MAX_WINDOW_MS = 4_000;
/** Before the first window is over there is nothing better: its count, over at least this. */
const FIRST_MS = 1_000;
/** The newest window's part of the average. */
const PART = 0.5;

export class Demand {
  #perSecond = 0;
  #count = 0;
  #sinceMs: number | null = null;
  #known = false;

  /** Counts a request. */
  add(nowMs: number): void {
    this.#sinceMs ??= nowMs;
    this.#count++;
  }

  /** Requests per second; 0 before the first one. */
  perSecond(nowMs: number): number {
    if (this.#sinceMs === null) return 0;
    const elapsed = nowMs - this.#sinceMs;
    const over = elapsed >= (this.#count >= ENOUGH ? MIN_WINDOW_MS : MAX_WINDOW_MS);
    if (!over) {
      const soFar = 1000 * this.#count / Math.max(elapsed, FIRST_MS);
      return this.#known ? Math.max(this.#perSecond, soFar) : soFar;
    }
    const measured = 1000 * this.#count / elapsed;
    this.#perSecond = this.#known
      ? this.#perSecond + PART * (measured - this.#perSecond)
      : measured;
    this.#known = true;
    this.#sinceMs = nowMs;
    this.#count = 0;
    return this.#perSecond;
  }
}

/** Recent latencies of one endpoint in a few numbers: counts by size, the old ones halved away. */

/** Four buckets for each doubling: a quantile is at most 19 % too high. From 1 ms to 4.6 hours. */
const BUCKETS_PER_DOUBLING = 4;
const BUCKETS = 24 * BUCKETS_PER_DOUBLING;

/** Then all counts are halved, so that what is recent weighs most. */
const MOST = 2_000;

export class Latencies {
  /** Made with the first answer: most endpoints of a large policy never have one here. */
  #counts: Uint16Array | null = null;
  #total = 0;

  /** @param ms 0 or more */
  add(ms: number): void {
    const counts = this.#counts ??= new Uint16Array(BUCKETS);
    const bucket = Math.floor(BUCKETS_PER_DOUBLING * Math.log2(Math.max(ms, 1)));
    counts[Math.min(bucket, BUCKETS - 1)]!++;
    this.#total++;
    if (this.#total >= MOST) this.#halve(counts);
  }

  /**
   * @param part 0.5 is the median
   * @returns whole milliseconds, the upper end of the bucket; `null` before the first answer
   */
  quantile(part: number): number | null {
    if (this.#counts === null) return null;
    let left = part * this.#total;
    const bucket = this.#counts.findIndex((count) => count > 0 && (left -= count) <= 0);
    // Not rounded to the nearest: 4 ms would be said to be 5.
    return Math.floor(2 ** ((bucket + 1) / BUCKETS_PER_DOUBLING));
  }

  #halve(counts: Uint16Array): void {
    this.#total = 0;
    for (let i = 0; i < counts.length; i++) this.#total += counts[i]! >>= 1;
  }
}

/** What was found here and the rest of the fleet is yet to hear. */

/** Should nobody take it, no more than this is kept: what is dropped then, others find for themselves. */
const MOST = 1_000;

export class Untold<T> {
  #items: T[] = [];

  add(item: T): void {
    if (this.#items.length < MOST) this.#items.push(item);
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** Everything since it was last asked. */
  take(): readonly T[] {
    const taken = this.#items;
    this.#items = [];
    return taken;
  }
}

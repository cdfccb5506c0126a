/**
 * Items in the order in which they came, each of which can be taken out again at no cost. A `Set`
 * does the same, but one whose items come and go with every request grows anew all the time, and
 * keeps the garbage collector busy.
 */

export interface Link<T> {
  readonly item: T;
  before: Link<T> | null;
  after: Link<T> | null;
  isIn: boolean;
}

export class Chain<T> {
  first: Link<T> | null = null;
  #last: Link<T> | null = null;

  add(item: T): Link<T> {
    const before = this.#last;
    const link: Link<T> = { item, before, after: null, isIn: true };
    if (before === null) this.first = link;
    else before.after = link;
    this.#last = link;
    return link;
  }

  /** @param link of this chain. @returns whether it was still in it */
  remove(link: Link<T>): boolean {
    if (!link.isIn) return false;
    const { before, after } = link;
    if (before === null) this.first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
    // Old and new ones must not hold on to each other: the collector would have to follow.
    link.before = link.after = null;
    link.isIn = false;
    return true;
  }
}

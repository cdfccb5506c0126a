/** One after the other: whoever waits for something in between is not overtaken. */

export type Serial = <T>(work: () => Promise<T>) => Promise<T>;

/** @returns a function that begins each work when those before it have ended, well or not */
export function serial(): Serial {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };
}

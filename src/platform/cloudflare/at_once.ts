/** Bounds how many calls of a function are under way. */

/**
 * @param limit at least 1
 * @returns a function that does what `work` does, as soon as fewer than `limit` calls of it run
 */
export function atOnce<Args extends unknown[], Result>(
  limit: number,
  work: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (...args) => {
    // Whoever ends hands its place on, so that nobody overtakes those who wait.
    if (running < limit) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work(...args);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

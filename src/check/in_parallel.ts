/** A bounded number of pieces of work at once. */

/**
 * Begins `work` for each item in order, as soon as fewer than `limit` are under way.
 *
 * @param limit at least 1; `Infinity`: all at once
 * @param work must not reject
 */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}

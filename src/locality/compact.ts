/** Ranks as levels: the order kept, the gaps gone. */

/**
 * Renumbers so that the values used are 0, 1, 2, … in the same order; equal stays equal. Envoy
 * wants its priorities so, and ranks are not: nobody may be in the caller's own zone.
 *
 * @param ranks any finite numbers
 */
export function compact(ranks: readonly number[]): number[] {
  const used = [...new Set(ranks)].sort((a, b) => a - b);
  const place = new Map(used.map((rank, i) => [rank, i]));
  return ranks.map((rank) => place.get(rank)!);
}

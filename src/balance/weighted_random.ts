/** A draw by weight. */

/** Uniform in [0, 1). */
export type Random = () => number;

/**
 * @param weights 0 or more each
 * @param point uniform in [0, 1)
 * @returns the index drawn, with probability weight / sum of weights; -1 if all are 0
 */
export function drawByWeight(weights: readonly number[], point: number): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i]!;
  let left = point * total;
  let last = -1;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i]! <= 0) continue;
    left -= weights[i]!;
    if (left < 0) return i;
    // Rounding may leave a crumb after the last candidate: it belongs to that one.
    last = i;
  }
  return last;
}

/** Random balancing: each pick is independent of the ones before. */
export function weightedRandom(weights: readonly number[], random: Random): () => number {
  return () => drawByWeight(weights, random());
}

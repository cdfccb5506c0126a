/**
 * Weighted round robin by earliest deadline first, as Envoy schedules it.
 *
 * Each candidate is due every 1/weight; the one due first is picked. The start
 * is random, so that many short-lived isolates together keep the weights
 * although each of them picks only a few times.
 */
import { edf } from "./edf.ts";
import type { Random } from "./weighted_random.ts";

export type { Random };

/**
 * @param weights above 0 each
 * @returns a function that gives the index of the next pick; any Σweights
 *   picks in a row hold each candidate exactly `weight` times (whole weights)
 */
export function roundRobin(weights: readonly number[], random: Random): () => number {
  const n = weights.length;
  if (weights.some((weight) => weight !== weights[0])) return edf(n, (i) => weights[i]!, random);
  let turn = Math.floor(random() * n);
  return () => {
    turn = turn + 1 < n ? turn + 1 : 0;
    return turn;
  };
}

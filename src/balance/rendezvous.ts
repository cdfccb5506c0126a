/**
 * Weighted rendezvous hashing: who, among weighted candidates, takes a key.
 *
 * Each candidate's score for a key depends on nothing but the key, the
 * candidate's own seed and its own weight. So raising a weight can only win
 * keys for that candidate, lowering it can only lose them, and no key ever
 * moves between two candidates whose weights did not change.
 *
 * @see Schindelhauer and Schomaker, Weighted Distributed Hash Tables, 2005
 */
import { mix } from "./hash.ts";

/**
 * @param key a 32-bit hash of the caller's key
 * @param seeds a 32-bit hash of each candidate's lasting identity
 * @param weights 0 or more each; a candidate of weight 0 takes nothing
 * @returns the index of the candidate, or -1 if every weight is 0
 */
export function rendezvous(
  key: number,
  seeds: readonly number[],
  weights: readonly number[],
): number {
  let best = -1;
  let bestScore = Infinity;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    if (weight <= 0) continue;
    // An exponential variate of rate `weight`: the least of several wins with
    // probability weight / sum of weights.
    const uniform = (mix(mix(key ^ seeds[i]!) + seeds[i]!) + 0.5) / 0x1_0000_0000;
    const score = -Math.log(uniform) / weight;
    if (score < bestScore) {
      bestScore = score;
      best = i;
    }
  }
  return best;
}

/**
 * Weighted round robin by earliest deadline first, as Envoy schedules it.
 *
 * Each candidate is due every 1/weight; the one due first is picked. The start
 * is random, so that many short-lived isolates together keep the weights
 * although each of them picks only a few times.
 */
import { drawByWeight, type Random } from "./weighted_random.ts";

export type { Random };

/**
 * @param weights above 0 each
 * @returns a function that gives the index of the next pick; any Σweights
 *   picks in a row hold each candidate exactly `weight` times (whole weights)
 */
export function roundRobin(weights: readonly number[], random: Random): () => number {
  const n = weights.length;
  if (weights.every((weight) => weight === weights[0])) {
    let turn = Math.floor(random() * n);
    return () => {
      turn = turn + 1 < n ? turn + 1 : 0;
      return turn;
    };
  }
  // A binary heap of candidates, the earliest deadline on top.
  // The first pick is drawn by weight and the others' phases are uniform: only so is every single
  // pick, the first too, of each candidate with probability weight / sum. Uniform phases alone
  // would give 2:1 a first pick of 3:1.
  const first = drawByWeight(weights, random());
  const due = weights.map((weight, i) => i === first ? 0 : random() / weight);
  const heap = weights.map((_, i) => i).sort((a, b) => due[a]! - due[b]!);
  return () => {
    const pick = heap[0]!;
    due[pick]! += 1 / weights[pick]!;
    sink(heap, due);
    return pick;
  };
}

/** Moves the top of the heap down to where its deadline belongs. */
function sink(heap: number[], due: readonly number[]): void {
  const top = heap[0]!;
  let hole = 0;
  while (true) {
    let child = 2 * hole + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && due[heap[child + 1]!]! < due[heap[child]!]!) child++;
    if (due[heap[child]!]! >= due[top]!) break;
    heap[hole] = heap[child]!;
    hole = child;
  }
  heap[hole] = top;
}

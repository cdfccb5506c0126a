/**
 * Earliest deadline first with weights that change: Envoy's scheduler where a
 * host's weight follows its load or its slow start. A host's deadline is its
 * previous one plus 1/weight, and the weight is read anew each time the host is
 * picked. With weights that stand still this is `roundRobin`.
 *
 * What a host waits for was computed when it was last picked. So one that was
 * overloaded then and is idle now comes back a little late: Envoy's scheduler
 * too trades that for a pick in O(log n).
 */
import { heapByDue, sinkTop } from "./heap.ts";
import { drawByWeight, type Random } from "./weighted_random.ts";

/**
 * @param count number of hosts; with 0 the function returned must not be called
 * @param weightOf a host's present weight, above 0; not read before the first pick
 * @returns a function that gives the index of the next pick. The first pick of
 *   many fresh schedulers, and each pick after it, keeps the weights
 */
export function edf(
  count: number,
  weightOf: (index: number) => number,
  random: Random,
): () => number {
  const due = new Float64Array(count);
  let heap: number[] | null = null;
  return () => {
    if (heap === null) {
      // The first pick is drawn by weight and the others' phases are uniform: only so is every
      // single pick, the first too, of each host with probability weight / sum. Uniform phases
      // alone would give 2:1 a first pick of 3:1.
      const weights = Array.from({ length: count }, (_, i) => weightOf(i));
      const first = drawByWeight(weights, random());
      for (let i = 0; i < count; i++) due[i] = i === first ? 0 : random() / weights[i]!;
      heap = heapByDue(due);
    }
    const pick = heap[0]!;
    due[pick]! += 1 / weightOf(pick);
    sinkTop(heap, due);
    return pick;
  };
}

/** A binary heap of indices, the one that is due first on top; ties go to the lower index. */

/** All indices of `due`. */
export function heapByDue(due: Float64Array): number[] {
  // A sorted list is a heap.
  return Array.from(due.keys()).sort((a, b) => due[a]! - due[b]! || a - b);
}

/** Puts the top of the heap where it belongs after its `due` grew. */
export function sinkTop(heap: number[], due: Float64Array): void {
  const top = heap[0]!;
  let hole = 0;
  while (true) {
    let child = 2 * hole + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!, due)) child++;
    if (isBefore(top, heap[child]!, due)) break;
    heap[hole] = heap[child]!;
    hole = child;
  }
  heap[hole] = top;
}

function isBefore(a: number, b: number, due: Float64Array): boolean {
  return due[a]! < due[b]! || (due[a] === due[b] && a < b);
}

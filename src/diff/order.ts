/** Routes that stand in another order than before. */
import type { PolicyRoute } from "../policy/schema/policy.ts";
import { type Change, change } from "./change.ts";
import { listed } from "./json.ts";
import type { Pairing } from "./pairing.ts";

/**
 * In the fewest moves.
 *
 * @param matters whether any request changes its route
 */
export function orderChanges(
  after: readonly PolicyRoute[],
  { pairs }: Pairing,
  matters: boolean,
): Change[] {
  const kept = longestRising(pairs.map(([from]) => from));
  if (kept.size === pairs.length) return [];
  const moved = pairs.flatMap(([, to], at) => {
    if (kept.has(at)) return [];
    const previous = pairs[at - 1];
    const name = after[to]!.name;
    return [
      previous === undefined
        ? `${name} now first`
        : `${name} now after ${after[previous[1]]!.name}`,
    ];
  });
  const effect = matters ? "" : ", which changes the route of no request";
  return [change("changed", ["routes"], `order changed: ${listed(moved, 5)}${effect}`)];
}

/** Positions of a longest subsequence that rises (patience sorting), in n log n. */
function longestRising(values: readonly number[]): Set<number> {
  const tails: number[] = [];
  const previous: (number | undefined)[] = [];
  values.forEach((value, at) => {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[tails[middle]!]! < value) low = middle + 1;
      else high = middle;
    }
    previous[at] = tails[low - 1];
    tails[low] = at;
  });
  const found = new Set<number>();
  for (let at = tails.at(-1); at !== undefined; at = previous[at]) found.add(at);
  return found;
}

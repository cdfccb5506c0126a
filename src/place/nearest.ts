/** Clusters by their distance from a caller. */
import type { Coordinates } from "../plan/locality.ts";
import { distanceKm } from "./distance.ts";

/**
 * The order in which a `nearest` route asks its clusters. Of equally distant ones the one named
 * first comes first; those without coordinates come last, and without `from` all stay as they are.
 *
 * @param clusters where each is; `null`: nobody said
 * @param from where the caller is; `null`: nobody knows
 * @returns indices into `clusters`, nearest first
 */
export function nearestOrder(
  clusters: readonly (Coordinates | null)[],
  from: Coordinates | null,
): readonly number[] {
  const order = clusters.map((_, index) => index);
  if (from === null) return order;
  const distances = clusters.map((place) => place === null ? Infinity : distanceKm(from, place));
  // Of two without a place the difference is NaN, which `sort` takes for a tie (ECMA-262).
  return order.sort((a, b) => distances[a]! - distances[b]!);
}

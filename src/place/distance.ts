/** How far two points of the globe are apart. */
import type { Coordinates } from "../plan/locality.ts";

/** The Earth's mean radius (IUGG, R1): taking it for a sphere errs by 0.5 % at the most. */
const EARTH_RADIUS_KM = 6371.0088;

/**
 * The great-circle distance in kilometres, by the haversine formula (Sinnott, Virtues of the
 * Haversine, 1984), which stays exact where points are close. Both ways it is the same number.
 *
 * @returns 0 to half the Earth's circumference, 20,015 km
 */
export function distanceKm(a: Coordinates, b: Coordinates): number {
  const east = Math.abs(a.longitude - b.longitude);
  // The shorter way round, so that what lies symmetric to the date line is equally far.
  const acrossRadians = radians(Math.min(east, 360 - east));
  const haversine = squaredSine((radians(a.latitude) - radians(b.latitude)) / 2) +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * squaredSine(acrossRadians / 2);
  // Of antipodes, rounding can make a little more than 1.
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, haversine)));
}

const radians = (degrees: number): number => degrees * Math.PI / 180;

const squaredSine = (x: number): number => Math.sin(x) ** 2;

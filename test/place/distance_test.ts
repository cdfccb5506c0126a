import assert from "node:assert/strict";
import * as fc from "fast-check";
import { distanceKm } from "../../src/place/distance.ts";
import type { Coordinates } from "../../src/plan/locality.ts";
import { globe } from "./support.ts";

const at = (latitude: number, longitude: number): Coordinates => ({ latitude, longitude });

/** One degree of a great circle: 2 π 6371.0088 / 360. */
const DEGREE_KM = 111.19508;
const HALF_KM = 180 * DEGREE_KM;

const rows: readonly (readonly [string, Coordinates, Coordinates, km: number])[] = [
  ["the same point", at(48.1, 11.6), at(48.1, 11.6), 0],
  ["along a meridian", at(-10, 25), at(20, 25), 30 * DEGREE_KM],
  ["along the equator", at(0, -10), at(0, 30), 40 * DEGREE_KM],
  ["across the date line", at(0, 179), at(0, -179), 2 * DEGREE_KM],
  ["both names of the date line", at(30, 180), at(30, -180), 0],
  ["from pole to pole", at(90, 0), at(-90, 0), HALF_KM],
  ["a pole has every longitude", at(90, 0), at(90, 135), 0],
  ["over the pole", at(80, 0), at(80, 180), 20 * DEGREE_KM],
  ["antipodes on the equator", at(0, 0), at(0, 180), HALF_KM],
  ["antipodes elsewhere", at(33, 50), at(-33, -130), HALF_KM],
  ["antipodes whose haversine is rounded to more than 1", at(-12, -165), at(12, 15), HALF_KM],
  // Latitude and longitude make a right angle: cos c = cos 60° cos 60° = 1/4.
  ["a right-angled triangle", at(0, 0), at(60, 60), 75.52249 * DEGREE_KM],
  // sin(c/2) = cos 60° sin 45°: less than the parallel's own 45 degrees of a great circle.
  ["on a parallel", at(60, 0), at(60, 90), 41.40962 * DEGREE_KM],
  ["one metre", at(50, 8), at(50.000009, 8), 0.000009 * DEGREE_KM],
];
for (const [name, a, b, km] of rows) {
  Deno.test(`distance: ${name}`, () => {
    const got = distanceKm(a, b);
    // Near antipodes a sphere's sine is flat: there, centimetres are rounding.
    assert.ok(Math.abs(got - km) < 1e-7 * km + 1e-6, `${got} is not ${km}`);
  });
}

Deno.test("distance: the same both ways, between 0 and half the circumference", () => {
  fc.assert(fc.property(globe, globe, (a, b) => {
    const km = distanceKm(a, b);
    assert.equal(distanceKm(b, a), km);
    assert.ok(km >= 0 && km <= HALF_KM + 0.001, String(km));
  }));
});

Deno.test("distance: to a point and to its antipode add up to half the circumference", () => {
  fc.assert(fc.property(globe, globe, (a, b) => {
    const opposite = at(-b.latitude, b.longitude > 0 ? b.longitude - 180 : b.longitude + 180);
    const sum = distanceKm(a, b) + distanceKm(a, opposite);
    assert.ok(Math.abs(sum - HALF_KM) < 0.001, String(sum));
  }));
});

Deno.test("distance: turning the globe changes nothing", () => {
  const turn = fc.double({ min: -180, max: 180, noNaN: true });
  const turned = ({ latitude, longitude }: Coordinates, by: number): Coordinates => {
    const east = longitude + by;
    return at(latitude, east > 180 ? east - 360 : east < -180 ? east + 360 : east);
  };
  fc.assert(fc.property(globe, globe, turn, (a, b, by) => {
    const moved = distanceKm(turned(a, by), turned(b, by));
    assert.ok(Math.abs(moved - distanceKm(a, b)) < 0.001, String(moved));
  }));
});

Deno.test("distance: no detour is shorter", () => {
  fc.assert(fc.property(globe, globe, globe, (a, b, c) => {
    assert.ok(distanceKm(a, c) <= distanceKm(a, b) + distanceKm(b, c) + 0.001);
  }));
});

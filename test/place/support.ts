/** Points for property tests. */
import * as fc from "fast-check";
import type { Coordinates } from "../../src/plan/locality.ts";

/** Anywhere, the poles and the date line more often than by chance. */
export const globe: fc.Arbitrary<Coordinates> = fc.record({
  latitude: degrees(90),
  longitude: degrees(180),
});

function degrees(limit: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.double({ min: -limit, max: limit, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(-limit, 0, limit) },
  );
}

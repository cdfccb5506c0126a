/**
 * Where a client is: by the word of a trusted proxy in front, else by that of the platform. What
 * neither says is unknown.
 */
import type { PlatformPlace } from "../model/place.ts";
import type { Coordinates } from "../plan/locality.ts";
import type { ClientHeadersPlan } from "../plan/plan.ts";

export interface ClientPlace {
  /** Two capital letters (ISO 3166-1), or "T1" for Tor (Cloudflare). */
  readonly country: string | null;
  readonly coordinates: Coordinates | null;
}

/** What of a request tells its place. */
export interface PlacedRequest {
  /** A header's values joined with ", "; `null` if absent. */
  header(name: string): string | null;
  /** Whether a trusted proxy sent it: anyone else's headers are not read. */
  readonly behindProxy: boolean;
}

/**
 * Country and coordinates are looked up apart, and a header that can't be understood counts as
 * absent. Latitude and longitude come from one source or not at all: half of each is nowhere.
 *
 * @param platform `null`: the platform does not know
 */
export function clientPlace(
  request: PlacedRequest,
  platform: PlatformPlace | null,
  names: ClientHeadersPlan,
): ClientPlace {
  const known = placeIn(platform);
  if (!request.behindProxy) return known;
  const told = placeIn({
    country: request.header(names.country),
    latitude: request.header(names.latitude),
    longitude: request.header(names.longitude),
  });
  return {
    country: told.country ?? known.country,
    coordinates: told.coordinates ?? known.coordinates,
  };
}

const placeIn = (words: PlatformPlace | null): ClientPlace => ({
  country: countryIn(words?.country ?? null),
  coordinates: pointIn(words?.latitude ?? null, words?.longitude ?? null),
});

/** "XX" is Cloudflare's word for a country that it does not know. */
function countryIn(text: string | null): string | null {
  const written = text?.trim() ?? "";
  // Only then in capitals: those of some other single letters are two of these.
  const country = COUNTRY.test(written) ? written.toUpperCase() : "XX";
  return country === "XX" ? null : country;
}

const COUNTRY = /^[A-Za-z][A-Za-z0-9]$/;

function pointIn(latitude: string | null, longitude: string | null): Coordinates | null {
  const [north, east] = [degreesIn(latitude, 90), degreesIn(longitude, 180)];
  return north === null || east === null ? null : { latitude: north, longitude: east };
}

/** @param limit the largest amount to either side of 0 */
function degreesIn(text: string | null, limit: number): number | null {
  const written = text?.trim() ?? "";
  if (!DECIMAL.test(written)) return null;
  const degrees = Number(written);
  return Math.abs(degrees) <= limit ? degrees : null;
}

/** Plain decimals: `Number` alone would take "", "0x1f" and "1e1" too. */
const DECIMAL = /^[+-]?\d{1,3}(?:\.\d{1,20})?$/;

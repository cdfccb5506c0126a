/**
 * Whose requests a what-if is about: where the gateway stands, whose place localities are compared
 * with, and where the client is, whom `nearest` serves.
 */
import { addressIn } from "../forward/address.ts";
import type { PlatformPlace } from "../model/place.ts";
import { clientPlace } from "../place/client_place.ts";
import type { Caller, Coordinates } from "../plan/locality.ts";
import { type Pairs, pairsIn } from "../policy/viewpoint_words.ts";
import { type Parsed, parsed, refused } from "./parsed.ts";

export interface Viewpoint {
  /** The gateway: its locality and labels. */
  readonly caller: Caller;
  /** Where the client is, in the words of a platform. */
  readonly place: PlatformPlace;
  /** The same, understood; `null`: unknown. */
  readonly coordinates: Coordinates | null;
  /** The client's address; `null`: unknown. */
  readonly ip: string | null;
}

/** What these keys mean is settled; any other is a label. */
const KEYS = ["region", "zone", "subzone", "latitude", "longitude", "country", "ip"] as const;

type Key = typeof KEYS[number];

/**
 * Reads texts such as `region=us-east,zone=a,version=v2`: several are as good as one with commas.
 * Nothing at all is a viewpoint too: nowhere.
 */
export function parseViewpoint(texts: readonly string[]): Parsed<Viewpoint> {
  const pairs = pairsIn(texts);
  return "problem" in pairs ? refused(pairs.problem) : viewpointOf(pairs);
}

/** The same of pairs that are known already. */
export function viewpointOf(given: Pairs): Parsed<Viewpoint> {
  const known = (key: Key): string | null => given.get(key) ?? null;
  // Read as the gateway reads what a platform tells it.
  const place: PlatformPlace = {
    country: known("country"),
    latitude: known("latitude"),
    longitude: known("longitude"),
  };
  const { country, coordinates } = clientPlace(
    { header: () => null, behindProxy: false },
    place,
    { country: "", latitude: "", longitude: "" },
  );
  const isPlaced = given.has("latitude") || given.has("longitude");
  if (isPlaced && coordinates === null) {
    return refused(
      "latitude and longitude go together: decimal degrees, -90 to 90 and -180 to 180",
    );
  }
  if (place.country !== null && country === null) {
    return refused(`country=${place.country} is not a country's two letters, such as DE`);
  }
  const ip = known("ip");
  if (ip !== null && addressIn(ip) !== ip) return refused(`ip=${ip} is not an IP address`);
  const [region = "", zone = "", subzone = ""] = (["region", "zone", "subzone"] as const)
    .map((key) => given.get(key) ?? "");
  const labels = [...given].filter(([key]) => !(KEYS as readonly string[]).includes(key));
  const caller = { locality: { region, zone, subzone }, labels: Object.fromEntries(labels) };
  return parsed({ caller, place, coordinates, ip });
}

import assert from "node:assert/strict";
import type { PlatformPlace } from "../../src/model/place.ts";
import { type ClientPlace, clientPlace } from "../../src/place/client_place.ts";
import type { ClientHeadersPlan } from "../../src/plan/plan.ts";

const NAMES: ClientHeadersPlan = {
  country: "cf-ipcountry",
  latitude: "cf-iplatitude",
  longitude: "cf-iplongitude",
};
const BERLIN: PlatformPlace = { country: "DE", latitude: "52.52", longitude: "13.405" };
const berlin = { latitude: 52.52, longitude: 13.405 };
const told = (country: string, latitude: string, longitude: string): Record<string, string> => ({
  "cf-ipcountry": country,
  "cf-iplatitude": latitude,
  "cf-iplongitude": longitude,
});

interface Row {
  readonly name: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly stranger?: boolean;
  readonly platform?: Partial<PlatformPlace> | null;
  readonly names?: ClientHeadersPlan;
  readonly want: ClientPlace;
}
const rows: readonly Row[] = [
  { name: "nobody says", platform: null, want: { country: null, coordinates: null } },
  { name: "the platform says", want: { country: "DE", coordinates: berlin } },
  {
    name: "a trusted proxy wins over the platform",
    headers: told("fr", " 48.85 ", "2.35"),
    want: { country: "FR", coordinates: { latitude: 48.85, longitude: 2.35 } },
  },
  {
    name: "a trusted proxy alone",
    headers: told("FR", "48.85", "2.35"),
    platform: null,
    want: { country: "FR", coordinates: { latitude: 48.85, longitude: 2.35 } },
  },
  {
    name: "a stranger is not believed",
    headers: told("FR", "48.85", "2.35"),
    stranger: true,
    want: { country: "DE", coordinates: berlin },
  },
  {
    name: "nor where nobody else says",
    headers: told("FR", "48.85", "2.35"),
    stranger: true,
    platform: null,
    want: { country: null, coordinates: null },
  },
  {
    name: "other names",
    headers: { ...told("FR", "48.85", "2.35"), "x-country": "JP", "x-lat": "35.7", "x-lon": "-0" },
    names: { country: "x-country", latitude: "x-lat", longitude: "x-lon" },
    want: { country: "JP", coordinates: { latitude: 35.7, longitude: -0 } },
  },
  {
    name: "a proxy that knows the country only",
    headers: { "cf-ipcountry": "FR" },
    want: { country: "FR", coordinates: berlin },
  },
  {
    name: "half of the coordinates is none",
    headers: { "cf-iplatitude": "48.85" },
    platform: { latitude: null, longitude: "13.405" },
    want: { country: null, coordinates: null },
  },
  {
    name: "the platform knows the coordinates only",
    platform: { latitude: "-33.9", longitude: "+151.2" },
    want: { country: null, coordinates: { latitude: -33.9, longitude: 151.2 } },
  },
  {
    name: "Cloudflare does not know the country",
    platform: { country: "XX" },
    want: { country: null, coordinates: null },
  },
  {
    name: "Tor",
    platform: { country: "T1" },
    want: { country: "T1", coordinates: null },
  },
  ...["", "D", "DEU", "DE, FR", "D-", "49", "ß"].map((country): Row => ({
    name: `"${country}" is no country`,
    headers: { "cf-ipcountry": country },
    want: { country: "DE", coordinates: berlin },
  })),
  ...["", "north", "NaN", "90.1", "-91", "1e1", "0x1f", "48,85", "48.85, 2", ".5", "4 8", "--1"]
    .map((latitude): Row => ({
      name: `"${latitude}" is no latitude`,
      headers: told("FR", latitude, "2.35"),
      want: { country: "FR", coordinates: berlin },
    })),
  ...["180.1", "-181", "", "Infinity"].map((longitude): Row => ({
    name: `"${longitude}" is no longitude`,
    headers: told("FR", "48.85", longitude),
    want: { country: "FR", coordinates: berlin },
  })),
  {
    name: "the ends of the ranges",
    headers: told("AQ", "-90", "180.000"),
    want: { country: "AQ", coordinates: { latitude: -90, longitude: 180 } },
  },
];
for (const { name, headers = {}, stranger = false, platform = BERLIN, names, want } of rows) {
  Deno.test(`the client's place: ${name}`, () => {
    const request = {
      header: (asked: string): string | null => headers[asked] ?? null,
      behindProxy: !stranger,
    };
    const silent = { country: null, latitude: null, longitude: null };
    const known = platform === null ? null : { ...silent, ...platform };
    assert.deepEqual(clientPlace(request, known, names ?? NAMES), want);
  });
}

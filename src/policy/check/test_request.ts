/** What a policy's test asks for, and from where: whether it can be. */
import ipaddr from "ipaddr.js";
import type { PolicyTest } from "../schema/policy.ts";
import { type Pairs, pairsOf } from "../viewpoint_words.ts";
import { authorityProblem } from "./url.ts";

/** @returns what to do about it, or `null` if a client could ask for it */
export function urlProblem(url: string): string | null {
  const [, authority, rest] = /^https?:\/\/([^/?#]*)(.*)$/s.exec(url) ?? [];
  if (authority === undefined || rest === undefined) {
    return "write the whole URL, such as https://shop.example.com/cart";
  }
  if (/[\s\p{Cc}]/u.test(rest)) return "a URL has no spaces: write them as %20";
  if (rest.includes("#")) return "leave out the fragment (#…): no client sends it";
  // A client may end a name with a dot.
  return authorityProblem(authority.replace(/\.(?=:\d*$|$)/, ""));
}

/** @returns what to do about it, or `null` if the gateway and a client could be there */
export function fromProblem(from: NonNullable<PolicyTest["from"]>): string | null {
  const pairs = pairsOf(from);
  if ("problem" in pairs) return pairs.problem;
  if (pairs.has("latitude") !== pairs.has("longitude")) return "latitude and longitude go together";
  return degreesProblem(pairs, "latitude", 90) ?? degreesProblem(pairs, "longitude", 180) ??
    countryProblem(pairs.get("country")) ?? addressProblem(pairs.get("ip"));
}

/** As the gateway reads them: plain decimals. */
function degreesProblem(pairs: Pairs, key: string, limit: number): string | null {
  const text = pairs.get(key);
  if (text === undefined) return null;
  return /^[+-]?\d{1,3}(?:\.\d{1,20})?$/.test(text) && Math.abs(Number(text)) <= limit
    ? null
    : `${key}=${text} is not in decimal degrees, -${limit} to ${limit}`;
}

const countryProblem = (country: string | undefined): string | null =>
  country === undefined || (/^[A-Za-z][A-Za-z0-9]$/.test(country) && !/^xx$/i.test(country))
    ? null
    : `country=${country} is not a country's two letters, such as DE`;

const addressProblem = (ip: string | undefined): string | null =>
  ip === undefined || ipaddr.IPv4.isValidFourPartDecimal(ip) ||
    (ip.includes(":") && !ip.includes("%") && ipaddr.IPv6.isValid(ip))
    ? null
    : `ip=${ip} is not an IP address`;

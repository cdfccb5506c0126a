/** Whose forwarding headers are believed, and which of them tell the caller's place. */
import ipaddr from "ipaddr.js";
import type { Report } from "../finding.ts";
import type { PolicyClientHeaders } from "../schema/policy.ts";
import type { View } from "../view.ts";

export function checkTrust(view: View, report: Report): void {
  view.trust.proxies?.forEach((entry, index) => {
    const [address = "", bits] = entry.split("/");
    if (isAddress(address) && (bits === undefined || ipaddr.isValidCIDR(entry))) return;
    const message = `${JSON.stringify(entry)} is neither an address nor a CIDR such as 10.0.0.0/8`;
    report("badAddress", ["trust", "proxies", index], message);
  });
  checkClientHeaders(view.trust.clientHeaders ?? {}, report);
}

function checkClientHeaders(headers: PolicyClientHeaders, report: Report): void {
  const seen = new Map<string, string>();
  // Not every key that is written: a wrong one may hold anything.
  for (const field of ["country", "latitude", "longitude"] as const) {
    const name = headers[field];
    if (name === undefined) continue;
    const first = seen.get(name.toLowerCase());
    if (first === undefined) seen.set(name.toLowerCase(), field);
    else report("duplicateHeader", ["trust", "clientHeaders", field], `"${name}" is the ${first}`);
  }
}

/** ipaddr.js also takes `10.1` and `0x7f.1`, which hardly anyone means. */
function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) ||
    (text.includes(":") && ipaddr.IPv6.isValid(text));
}

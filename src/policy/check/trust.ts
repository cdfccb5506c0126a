/** Whose forwarding headers are believed. */
import ipaddr from "ipaddr.js";
import type { Report } from "../finding.ts";
import type { View } from "../view.ts";

export function checkTrust(view: View, report: Report): void {
  view.trust.proxies?.forEach((entry, index) => {
    const [address = "", bits] = entry.split("/");
    if (isAddress(address) && (bits === undefined || ipaddr.isValidCIDR(entry))) return;
    const message = `${JSON.stringify(entry)} is neither an address nor a CIDR such as 10.0.0.0/8`;
    report("badAddress", ["trust", "proxies", index], message);
  });
}

/** ipaddr.js also takes `10.1` and `0x7f.1`, which hardly anyone means. */
function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) ||
    (text.includes(":") && ipaddr.IPv6.isValid(text));
}

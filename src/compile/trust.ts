/** Whose word on the caller is taken (addresses and CIDR ranges), and by which headers. */
import ipaddr from "ipaddr.js";
import type { TrustPlan } from "../plan/plan.ts";
import type { PolicyClientHeaders } from "../policy/schema/policy.ts";

type Address = ReturnType<typeof ipaddr.process>;
type Range = readonly [Address, number];

/**
 * An IPv4-mapped IPv6 address or range is the same as the IPv4 one.
 *
 * @param clientHeaders by default those of Cloudflare's "add visitor location headers"
 */
export function compileTrust(
  proxies: readonly string[],
  clientHeaders: PolicyClientHeaders = {},
): TrustPlan {
  return {
    clientHeaders: {
      country: (clientHeaders.country ?? "cf-ipcountry").toLowerCase(),
      latitude: (clientHeaders.latitude ?? "cf-iplatitude").toLowerCase(),
      longitude: (clientHeaders.longitude ?? "cf-iplongitude").toLowerCase(),
    },
    isProxy: compileProxies(proxies),
  };
}

function compileProxies(proxies: readonly string[]): TrustPlan["isProxy"] {
  if (proxies.length === 0) return () => false;
  const ranges = proxies.map(parseRange);
  return (written) => {
    const address = parseAddress(written);
    return address !== null && ranges.some((range) => contains(range, address));
  };
}

function parseRange(written: string): Range {
  if (!written.includes("/")) {
    const address = ipaddr.process(written);
    return [address, address.kind() === "ipv4" ? 32 : 128];
  }
  const [address, bits] = ipaddr.parseCIDR(written);
  const mapped = address.kind() === "ipv6" && bits >= 96
    ? ipaddr.process(address.toString())
    : address;
  return mapped.kind() === address.kind() ? [address, bits] : [mapped, bits - 96];
}

/** Strict: ipaddr.js alone would read `10.1` and `0x0a000001` as addresses too. */
function parseAddress(written: string): Address | null {
  const known = written.includes(":")
    ? ipaddr.IPv6.isValid(written)
    : ipaddr.IPv4.isValidFourPartDecimal(written);
  return known ? ipaddr.process(written) : null;
}

const contains = ([base, bits]: Range, address: Address): boolean =>
  base.kind() === address.kind() && address.match(base, bits);

/**
 * Who sent a request and what the upstream is told about it: `X-Forwarded-*`
 * and `Forwarded` (RFC 7239). What comes in is believed only from a trusted
 * proxy; anyone else's is replaced by what is true.
 */
import type { MutableHeaders } from "../model/headers.ts";
import { addressIn } from "./address.ts";

/** What the connection itself tells. */
export interface Connection {
  /** Address of the other side; `null` where the platform doesn't know. */
  readonly peer: string | null;
  readonly scheme: "http" | "https";
  /** The request's authority, with its port if it has one. */
  readonly authority: string;
}

/** The request as its sender made it, seen through trusted proxies. */
export interface Client {
  /** `null` where nothing trustworthy says. */
  readonly address: string | null;
  readonly scheme: "http" | "https";
  /** Host and optional port that the client used. */
  readonly authority: string;
  readonly behindProxy: boolean;
}

type Get = (name: string) => string | null;

/**
 * Works out the client behind trusted proxies: the rightmost address that is
 * not one of them; failing that, the nearest proxy itself.
 */
export function clientOf(
  connection: Connection,
  get: Get,
  isProxy: (address: string) => boolean,
): Client {
  const { peer, scheme, authority } = connection;
  if (peer === null || !isProxy(peer)) {
    return { address: peer, scheme, authority, behindProxy: false };
  }
  const proto = get("x-forwarded-proto")?.toLowerCase();
  return {
    address: senderIn(get("x-forwarded-for") ?? "", isProxy) ?? peer,
    scheme: proto === "http" || proto === "https" ? proto : scheme,
    authority: AUTHORITY.exec(get("x-forwarded-host") ?? "")?.[0] ?? authority,
    behindProxy: true,
  };
}

/** One host with an optional port: what may be repeated in a redirect. */
const AUTHORITY = /^(?:[A-Za-z0-9.\-_]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/** What stands left of something that is no address may be anyone's invention. */
function senderIn(forwardedFor: string, isProxy: (address: string) => boolean): string | null {
  const hops = forwardedFor.split(",").map((hop) => hop.trim()).filter((hop) => hop !== "");
  for (const hop of hops.reverse()) {
    const address = addressIn(hop);
    if (address === null || !isProxy(address)) return address;
  }
  return null;
}

/** Tells the upstream who asked, and by which name. Other claims: see `sanitize`. */
export function setForwarded(
  headers: MutableHeaders,
  connection: Connection,
  client: Client,
): void {
  const { peer } = connection;
  const earlier = client.behindProxy ? headers.get("x-forwarded-for") : null;
  if (peer === null) headers.delete("x-forwarded-for");
  else headers.set("x-forwarded-for", continued(earlier, peer));
  headers.set("x-forwarded-proto", client.scheme);
  headers.set("x-forwarded-host", client.authority);

  const element = `for=${node(peer)};host=${
    quoted(connection.authority)
  };proto=${connection.scheme}`;
  const before = client.behindProxy ? headers.get("forwarded") : null;
  headers.set("forwarded", before === null ? element : `${before}, ${element}`);
}

/** Some platforms have added the peer already. */
function continued(earlier: string | null, peer: string): string {
  if (earlier === null || earlier === "") return peer;
  return earlier.slice(earlier.lastIndexOf(",") + 1).trim() === peer
    ? earlier
    : `${earlier}, ${peer}`;
}

/** RFC 7239 §6: IPv6 addresses stand in brackets and quotes. */
function node(address: string | null): string {
  if (address === null) return "unknown";
  return address.includes(":") ? `"[${address}]"` : address;
}

/** RFC 7239 §4: a value with a colon must be a quoted string. */
const quoted = (authority: string): string =>
  /^[A-Za-z0-9.\-_]+$/.test(authority) ? authority : `"${authority}"`;

/** What belongs to one connection and must not be handed on (RFC 9110 §7.6.1). */
import type { MutableHeaders } from "../model/headers.ts";

const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
] as const;

/**
 * Names that a `Connection` header can't take away: without them the message
 * would mean something else, or would slip past whoever relies on them.
 */
const KEPT = new Set([
  "host",
  "content-length",
  "authorization",
  "cookie",
  "forwarded",
  "x-request-id",
  "via",
]);

/** Removes the hop-by-hop headers, and every header that `Connection` names. */
export function removeHopByHop(headers: MutableHeaders): void {
  const connection = headers.get("connection");
  if (connection !== null) {
    for (const option of connection.toLowerCase().split(",")) {
      const name = option.trim();
      if (TOKEN.test(name) && !KEPT.has(name) && !name.startsWith("x-forwarded-")) {
        headers.delete(name);
      }
    }
  }
  // Of two lengths the chunks' is true (RFC 9112 §6.3): the other would cut the body, or worse.
  if (headers.get("transfer-encoding") !== null) headers.delete("content-length");
  for (const name of HOP_BY_HOP) headers.delete(name);
}

/** A header name (RFC 9110 §5.6.2); native `Headers` throw on anything else. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

/** A client's request for a WebSocket (RFC 6455 §4). */

type Get = (name: string) => string | null;

/** A `Connection` header is not asked for, as one of the platforms hides it. */
export const isWebSocketUpgrade = (method: string, get: Get): boolean =>
  method === "GET" && get("upgrade")?.toLowerCase() === "websocket";

/**
 * Whether the request is one that a server may accept (§4.2.1). The upstream can't say: on either
 * platform its handshake is a new one. Without a key, the platform has hidden the client's and
 * answers for it, or refuses by itself.
 */
export function isValidHandshake(get: Get): boolean {
  const key = get("sec-websocket-key");
  if (key === null) return true;
  return KEY.test(key) && get("sec-websocket-version") === "13" &&
    areSubprotocols(get("sec-websocket-protocol"));
}

/** 16 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** §4.1, item 10: tokens, and no two alike. */
function areSubprotocols(header: string | null): boolean {
  if (header === null) return true;
  const names = header.split(",").map((name) => name.trim());
  return names.every((name) => TOKEN.test(name)) && new Set(names).size === names.length;
}

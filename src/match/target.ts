/** Splits a request's URL without the cost of `new URL` (some 2 µs). */

export interface Target {
  readonly scheme: "http" | "https";
  /** Lower case, without port and trailing dot; IPv6 in brackets. */
  readonly host: string;
  /** `null` if the URL names none. */
  readonly port: number | null;
  /** As received, not yet normalised; "/" if the URL has none. */
  readonly path: string;
  /** Without `?`; empty if there is none. */
  readonly query: string;
}

/**
 * @param url absolute, as `Request.url` gives it; user info and fragment are dropped
 * @returns `null` if this is no http(s) URL with a host and a port that may exist
 */
export function splitTarget(url: string): Target | null {
  const scheme = url.startsWith("https://") ? "https" : url.startsWith("http://") ? "http" : null;
  if (scheme === null) return null;

  const hash = url.indexOf("#");
  const end = hash < 0 ? url.length : hash;
  const question = url.indexOf("?");
  const pathEnd = question < 0 || question > end ? end : question;
  const authorityStart = scheme.length + 3;
  const slash = url.indexOf("/", authorityStart);
  const authorityEnd = slash < 0 || slash > pathEnd ? pathEnd : slash;

  const authority = url.slice(authorityStart, authorityEnd);
  const hostPort = authority.slice(authority.lastIndexOf("@") + 1);
  // A colon inside brackets belongs to an IPv6 address.
  const colon = hostPort.indexOf(":", hostPort.lastIndexOf("]") + 1);
  const host = canonicalHost(colon < 0 ? hostPort : hostPort.slice(0, colon));
  const port = colon < 0 || colon === hostPort.length - 1
    ? null
    : portNumber(hostPort.slice(colon + 1));
  if (host === "" || port === undefined) return null;

  return {
    scheme,
    host,
    port,
    path: authorityEnd === pathEnd ? "/" : url.slice(authorityEnd, pathEnd),
    query: pathEnd < end ? url.slice(pathEnd + 1, end) : "",
  };
}

/** Lower case, and without the dot that may end a fully qualified name. */
export function canonicalHost(host: string): string {
  const lower = host.toLowerCase();
  return lower.endsWith(".") ? lower.slice(0, -1) : lower;
}

function portNumber(digits: string): number | undefined {
  if (!/^\d{1,5}$/.test(digits)) return undefined;
  const port = Number(digits);
  return port <= 65535 ? port : undefined;
}

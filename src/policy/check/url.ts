/** Hosts and origins, as text. Stricter than `new URL`, which mends what it is given. */
import ipaddr from "ipaddr.js";

const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;

/**
 * What is wrong with a host name, an IPv4 address or a bracketed IPv6 address
 * (RFC 1123 §2.1, RFC 3986 §3.2.2; underscores are let through, as resolvers do).
 *
 * @returns what to do about it, or `null` if the host is valid
 */
export function hostProblem(host: string): string | null {
  if (host === "") return "the host is empty";
  if (host.startsWith("[")) {
    const inside = host.endsWith("]") ? host.slice(1, -1) : "";
    return ipaddr.IPv6.isValid(inside) && !inside.includes("%")
      ? null
      : `${JSON.stringify(host)} is not an IPv6 address in brackets, such as [2001:db8::1]`;
  }
  if (host.includes("://")) return "leave out the scheme: only the host belongs here";
  if (host.includes("/")) return "leave out the path: only the host belongs here";
  if (ipaddr.IPv6.isValid(host)) return `put the IPv6 address in brackets: [${host}]`;
  if (/:\d*$/.test(host)) return "leave out the port: only the host belongs here";
  if (host.includes("*")) return 'a wildcard stands only in front, as in "*.example.com"';
  if (host.endsWith(".")) return "leave out the dot at the end";
  if (/\P{ASCII}/u.test(host)) return `write the host in ASCII${punycode(host)}`;
  if (host.length > 253) return "a host has at most 253 characters";
  const labels = host.split(".");
  const bad = labels.find((part) => !label.test(part));
  if (bad === "") return "there are two dots in a row, or one in front";
  if (bad !== undefined) return `${JSON.stringify(bad)} is not a valid part of a host name`;
  // WHATWG URL §3.5: a name whose last part is a number is an IPv4 address or nothing.
  if (/^(?:\d+|0x[0-9a-f]*)$/i.test(labels.at(-1)!) && !ipaddr.IPv4.isValidFourPartDecimal(host)) {
    return `${JSON.stringify(host)} is not an IPv4 address`;
  }
  return null;
}

/** As `hostProblem`, for places where a port may follow, such as a Host header. */
export function authorityProblem(authority: string): string | null {
  const { host, port } = splitPort(authority);
  return hostProblem(host) ?? (port === null ? null : portProblem(port));
}

export interface Origin {
  readonly scheme: "http" | "https";
  /** Lower case; IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
}

const defaultPort = { http: 80, https: 443 } as const;

/** An endpoint's URL: scheme, host and port, nothing more than a slash behind them. */
export function parseOrigin(url: string): Origin | { readonly problem: string } {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(url) ?? [];
  if (scheme === undefined || rest === undefined) {
    return {
      problem: `write it with its scheme, as in ${JSON.stringify(`https://${trimmed(url)}`)}`,
    };
  }
  const known = scheme.toLowerCase();
  if (known !== "http" && known !== "https") {
    const hint = known === "ws" || known === "wss"
      ? `; WebSockets go through ${known === "ws" ? "http" : "https"}://`
      : "";
    return { problem: `the scheme must be http or https, not ${JSON.stringify(scheme)}${hint}` };
  }
  if (/[\s\p{Cc}\\]/u.test(rest)) {
    return { problem: "a URL has no spaces, control characters or backslashes" };
  }
  const end = /[/?#]/.exec(rest)?.index ?? rest.length;
  const authority = rest.slice(0, end);
  const after = rest.slice(end);
  if (authority.includes("@")) return { problem: "leave out the user and password" };
  if (after.includes("#")) return { problem: "leave out the fragment (#…)" };
  if (after.includes("?")) return { problem: "leave out the query (?…)" };
  if (after.length > 1) {
    return { problem: "leave out the path: a route's rewrite.path changes the path" };
  }
  const { host, port } = splitPort(authority);
  const problem = hostProblem(host) ?? (port === null ? null : portProblem(port));
  if (problem !== null) return { problem };
  return {
    scheme: known,
    host: host.toLowerCase(),
    port: port === null ? defaultPort[known] : Number(port),
  };
}

/** One spelling per origin, for comparing. */
export function originKey(origin: Origin): string {
  return `${origin.scheme}://${origin.host}:${origin.port}`;
}

/** Loopback, private and link-local addresses, and `localhost`. */
export function isLocal(host: string): boolean {
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  const address = host.replace(/^\[|\]$/g, "");
  return ipaddr.isValid(address) && ipaddr.process(address).range() !== "unicast";
}

function splitPort(authority: string): { readonly host: string; readonly port: string | null } {
  const [, host, port] = /^(\[.*\]|[^:]*):([^:]*)$/.exec(authority) ?? [];
  return host === undefined || port === undefined
    ? { host: authority, port: null }
    : { host, port };
}

function portProblem(port: string): string | null {
  const number = Number(port);
  return /^\d{1,5}$/.test(port) && number >= 1 && number <= 65535
    ? null
    : `${JSON.stringify(port)} is not a port: 1 to 65535`;
}

function trimmed(text: string): string {
  return text.replace(/^\/+/, "").slice(0, 60);
}

function punycode(host: string): string {
  const url = URL.parse(`http://${host}`);
  return url === null ? "" : `: ${url.hostname}`;
}

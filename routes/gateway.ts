/** The door: decides whether a request is for Limen itself or to be forwarded. */
import type { Gateway } from "../src/gateway.ts";
import { normalizePath } from "../src/match/path.ts";
import { splitTarget, type Target } from "../src/match/target.ts";
import { type Fault, fault } from "../src/model/fault.ts";
import type { Exchange } from "../src/model/platform.ts";
import { problem } from "./problem.ts";
import { proxy, requestIdOf } from "./proxy.ts";

/** Path and query together; Workers take no longer URL either. */
const MAX_TARGET_LENGTH = 16_384;

export interface Door {
  readonly gateway: Gateway;
  /** Path under which Limen's own endpoints live, such as `/_limen`. */
  readonly prefix: string;
  /** Answers requests below `prefix`. */
  readonly own: () => Response | Promise<Response>;
}

/** Controls, spaces, backslashes and broken escapes: nothing of it is legal in a query. */
const QUERY_REFUSED = /[^\x21-\x5b\x5d-\x7e\u0080-\uffff]|%(?![0-9A-Fa-f]{2})/;

/** A host name, an IPv4 address or an IPv6 address in brackets, with or without a port. */
const AUTHORITY = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/;

export function handle(exchange: Exchange, door: Door): Response | Promise<Response> {
  const target = splitTarget(exchange.url);
  if (target === null || !namesHost(exchange, target)) {
    return refuse(fault("bad_request", "The request names no valid host."), exchange, door);
  }
  if (target.path.length + target.query.length > MAX_TARGET_LENGTH) {
    return refuse(
      fault("uri_too_long", `The limit is ${MAX_TARGET_LENGTH} characters.`),
      exchange,
      door,
    );
  }
  const path = normalizePath(target.path);
  if (path === null || QUERY_REFUSED.test(target.query)) {
    return refuse(
      fault("bad_request", "The target holds a character that may not be there."),
      exchange,
      door,
    );
  }
  if (path === door.prefix || path.startsWith(`${door.prefix}/`)) return door.own();
  return proxy(exchange, path === target.path ? target : { ...target, path }, door.gateway);
}

const refuse = (why: Fault, exchange: Exchange, { gateway }: Door): Response =>
  problem(why, { requestId: requestIdOf(exchange, gateway) });

/**
 * Runtimes put the Host header into the URL as it came: whatever stands in it, a slash too. And a
 * target in absolute form may name another host than the header does.
 */
function namesHost(exchange: Exchange, { scheme, host }: Target): boolean {
  const header = exchange.header("host");
  if (header === null || header === host) return AUTHORITY.test(host);
  return AUTHORITY.test(header) && splitTarget(`${scheme}://${header}`)?.host === host;
}

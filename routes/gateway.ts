/** The door: decides whether a request is for Limen itself or to be forwarded. */
import { EXPLAIN_HEADER } from "../src/decision/decision.ts";
import { headerOf } from "../src/decision/header.ts";
import { DecisionRecorder } from "../src/decision/recorder.ts";
import type { Gateway } from "../src/gateway.ts";
import { normalizePath } from "../src/match/path.ts";
import { splitTarget, type Target } from "../src/match/target.ts";
import { type Fault, fault } from "../src/model/fault.ts";
import type { Exchange } from "../src/model/platform.ts";
import type { ExplainGuard } from "./explain_guard.ts";
import { problem } from "./problem.ts";
import { proxy, requestIdOf } from "./proxy.ts";

/** Path and query together; Workers take no longer URL either. */
const MAX_TARGET_LENGTH = 16_384;

export interface Door {
  readonly gateway: Gateway;
  /** Path under which Limen's own endpoints live, such as `/_limen`. */
  readonly prefix: string;
  /** Answers requests below `prefix`. */
  readonly own: (exchange: Exchange) => Response | Promise<Response>;
  /** Who may have a request's decision told; `null`: nobody. */
  readonly explains: ExplainGuard | null;
}

/** Controls, spaces, backslashes and broken escapes: nothing of it is legal in a query. */
const QUERY_REFUSED = /[^\x21-\x5b\x5d-\x7e\u0080-\uffff]|%(?![0-9A-Fa-f]{2})/;

/** A host name, an IPv4 address or an IPv6 address in brackets, with or without a port. */
const AUTHORITY = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/;

const NO_HOST = fault("bad_request", "The request names no valid host.");
const TOO_LONG = fault("uri_too_long", `The limit is ${MAX_TARGET_LENGTH} characters.`);
const BAD_CHARACTER = fault(
  "bad_request",
  "The target holds a character that may not be there.",
);

export function handle(exchange: Exchange, door: Door): Response | Promise<Response> {
  const shown = door.explains === null ? null : exchange.header(EXPLAIN_HEADER);
  // Nothing is looked at twice, and nobody waits, for those who ask for no explanation.
  return shown === null
    ? answer(exchange, door, null)
    : explained(exchange, door, { shown, guard: door.explains! });
}

function answer(
  exchange: Exchange,
  door: Door,
  decision: DecisionRecorder | null,
): Response | Promise<Response> {
  const target = splitTarget(exchange.url);
  if (target === null || !namesHost(exchange, target)) {
    return refuse(NO_HOST, { exchange, door, decision });
  }
  if (target.path.length + target.query.length > MAX_TARGET_LENGTH) {
    return refuse(TOO_LONG, { exchange, door, decision });
  }
  const path = normalizePath(target.path);
  if (path === null || QUERY_REFUSED.test(target.query)) {
    return refuse(BAD_CHARACTER, { exchange, door, decision });
  }
  if (path === door.prefix || path.startsWith(`${door.prefix}/`)) return door.own(exchange);
  const understood = path === target.path ? target : { ...target, path };
  return proxy(exchange, understood, door.gateway, decision);
}

interface Refused {
  readonly exchange: Exchange;
  readonly door: Door;
  readonly decision: DecisionRecorder | null;
}

function refuse(why: Fault, { exchange, door, decision }: Refused): Response {
  if (decision !== null) decision.answered = why.fault;
  return problem(why, { requestId: requestIdOf(exchange, door.gateway) });
}

/** Whoever may not know gets the answer that everybody gets. */
async function explained(
  exchange: Exchange,
  door: Door,
  { shown, guard }: { readonly shown: string; readonly guard: ExplainGuard },
): Promise<Response> {
  const host = splitTarget(exchange.url)?.host ?? "";
  const allowed = await guard.allows(shown, host);
  exchange.later(guard.freshen());
  if (!allowed) return await answer(exchange, door, null);
  const { platform } = door.gateway;
  const decision = new DecisionRecorder(() => platform.now());
  const response = await answer(exchange, door, decision);
  const made = decision.decision();
  // One of Limen's own endpoints: nothing was decided.
  if (made === null) return response;
  response.headers.set(EXPLAIN_HEADER, headerOf(made));
  // A cache would tell it to others.
  response.headers.set("cache-control", "no-store");
  return response;
}

/**
 * Runtimes put the Host header into the URL as it came: whatever stands in it, a slash too. And a
 * target in absolute form may name another host than the header does.
 */
function namesHost(exchange: Exchange, { scheme, host }: Target): boolean {
  const header = exchange.header("host");
  if (header === null || header === host) return AUTHORITY.test(host);
  return AUTHORITY.test(header) && splitTarget(`${scheme}://${header}`)?.host === host;
}

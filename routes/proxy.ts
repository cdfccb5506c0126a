/** Everything that is forwarded, redirected or answered by policy: a request's way through Limen. */
import { redirectResponse } from "../src/action/redirect.ts";
import { respond } from "../src/action/respond.ts";
import { EXPLAIN_HEADER } from "../src/decision/decision.ts";
import type { DecisionRecorder } from "../src/decision/recorder.ts";
import { injectFaults } from "../src/fault/inject.ts";
import { type Client, clientOf, type Connection } from "../src/forward/client.ts";
import { gone } from "../src/forward/finish.ts";
import { forward } from "../src/forward/forward.ts";
import type { Forwarded } from "../src/forward/forwarding.ts";
import { isValidHandshake, isWebSocketUpgrade } from "../src/forward/handshake.ts";
import { applyEdits } from "../src/forward/header_edits.ts";
import { removeHopByHop } from "../src/forward/hop_by_hop.ts";
import { pause } from "../src/forward/pause.ts";
import { upstreamHeaders, upstreamTarget } from "../src/forward/upstream_request.ts";
import { passedTooOften } from "../src/forward/via.ts";
import type { Gateway, Serving } from "../src/gateway.ts";
import { find } from "../src/match/find.ts";
import { splitTarget, type Target } from "../src/match/target.ts";
import { type Fault, fault, injectedFault, isFault } from "../src/model/fault.ts";
import type { MutableHeaders } from "../src/model/headers.ts";
import type { Exchange } from "../src/model/platform.ts";
import { clientPlace } from "../src/place/client_place.ts";
import type { Coordinates } from "../src/plan/locality.ts";
import type { ForwardPlan, RoutePlan } from "../src/plan/plan.ts";
import type { Rule } from "../src/plan/table.ts";
import { stickyCookie, type StickyKey, stickyKey } from "../src/steer/sticky.ts";
import { problem } from "./problem.ts";

/** A request that is understood so far. */
interface Ask {
  readonly exchange: Exchange;
  /** With the path in its normal form. */
  readonly target: Target;
  readonly requestId: string;
  /** `null`: nobody may know what becomes of it. */
  readonly decision: DecisionRecorder | null;
}

/** @param target the request's, with its path in normal form */
export async function proxy(
  exchange: Exchange,
  target: Target,
  gateway: Gateway,
  decision: DecisionRecorder | null,
): Promise<Response> {
  const requestId = requestIdOf(exchange, gateway);
  const ask = { exchange, target, requestId, decision };
  const answer = await route(ask, gateway);
  if (!isFault(answer)) return answer;
  if (decision !== null) decision.answered = answer.fault;
  return problem(answer, { requestId });
}

/** The client's, if it has one that may stand in logs and headers as it is; else a new one. */
export function requestIdOf(exchange: Exchange, { platform }: Gateway): string {
  const given = exchange.header("x-request-id");
  return given !== null && REQUEST_ID.test(given) ? given : platform.uuid();
}

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/** Methods that fetch refuses to send (WHATWG Fetch, forbidden methods). */
const UNSENDABLE = new Set(["CONNECT", "TRACE", "TRACK"]);

function route(ask: Ask, gateway: Gateway): Promise<Response | Fault> | Response | Fault {
  const { exchange, target, requestId, decision } = ask;
  const { method } = exchange;
  // Methods are compared with case, but fetch would send "get" as GET: it would slip past a match.
  if (UNSENDABLE.has(method) || method !== method.toUpperCase()) {
    return fault("not_implemented", `${method} can't be forwarded.`);
  }
  const serving = gateway.serving();
  if (serving === null) return fault("not_ready", "No policy has been loaded so far.");
  if (decision !== null) decision.revision = serving.plan.revision;

  const rule = find(serving.plan.table, {
    method,
    host: target.host,
    path: target.path,
    query: target.query,
    header: (name) => exchange.header(name),
  });
  if (rule === null) return fault("no_route", "No route of the policy matches this request.");
  const plan = serving.plan.routes[rule.route]!;
  const { action } = plan;
  if (decision !== null) {
    decision.route = plan.name;
    decision.answered = action.kind === "forward" ? "upstream" : action.kind;
  }
  if (action.kind === "forward") return upstream(ask, plan, action, rule, serving, gateway);

  const local = action.kind === "respond"
    ? respond(action, method)
    : redirectResponse(action, { ...asked(ask, serving), ...pathOf(target) }, rule.prefix);
  applyEdits(local.headers, plan.responseHeaders);
  local.headers.set("x-request-id", requestId);
  return local;
}

async function upstream(
  ask: Ask,
  plan: RoutePlan,
  action: ForwardPlan,
  rule: Rule,
  serving: Serving,
  gateway: Gateway,
): Promise<Response | Fault> {
  const { exchange, target, requestId, decision } = ask;
  if (passedTooOften(exchange.header("via"))) {
    return fault("loop_detected", "An upstream of this gateway leads back to it.");
  }
  // RFC 9110 §9.3.1 gives such content no meaning, and fetch refuses to send it.
  if (exchange.body !== null && (exchange.method === "GET" || exchange.method === "HEAD")) {
    return fault("bad_request", `A ${exchange.method} request with a body can't be forwarded.`);
  }
  const upgrade = isWebSocketUpgrade(exchange.method, (name) => exchange.header(name));
  if (upgrade && !isValidHandshake((name) => exchange.header(name))) {
    return fault("bad_request", "The WebSocket handshake is not valid.");
  }
  const connection = connectionOf(ask);
  const client = clientSeen(connection, exchange, serving);
  const sticky = stickyKey(
    action.sticky,
    { header: (name) => exchange.header(name), query: target.query, address: client.address },
    () => gateway.platform.uuid(),
  );
  if (decision !== null) decision.newCookie = sticky.newCookie !== null;
  if (action.fault !== null) {
    const injected = await injectFaults(action.fault, {
      header: (name) => exchange.header(name),
      trusted: client.behindProxy,
      random: () => gateway.platform.random(),
      pause: (ms) => {
        decision?.delayed(ms);
        return pause(ms, gateway.platform, exchange);
      },
    });
    if (injected === "client-gone") return gone();
    if (injected !== "go-on") {
      decision?.aborted(injected.abortStatus);
      return injectedFault(injected.abortStatus);
    }
  }
  const forwarded = await forward({
    platform: gateway.platform,
    steering: serving.steering,
    health: gateway.health,
    exchange,
    route: action,
    key: sticky.key,
    from: action.select === "nearest" ? placeOf(exchange, client, serving) : null,
    target: upstreamTarget(action, target, rule),
    authority: connection.authority,
    upgrade,
    headersFor: (member) =>
      upstreamHeaders(exchange.copyHeaders(), { connection, client, requestId, action, member }),
    decision,
  });
  if (isFault(forwarded)) return forwarded;
  return exchange.respond(
    forwarded.answer,
    (headers) => responseHeaders(headers, { requestId, plan, action, sticky, client, forwarded }),
    forwarded.deadline,
  );
}

interface Answered {
  readonly requestId: string;
  readonly plan: RoutePlan;
  readonly action: ForwardPlan;
  readonly sticky: StickyKey;
  readonly client: Client;
  readonly forwarded: Forwarded;
}

function responseHeaders(headers: MutableHeaders, answered: Answered): void {
  const { requestId, plan, action, sticky, client, forwarded } = answered;
  removeHopByHop(headers);
  // Another gateway's word, or an upstream's invention: here only this gateway speaks.
  headers.delete(EXPLAIN_HEADER);
  headers.set("x-request-id", requestId);
  applyEdits(headers, plan.responseHeaders);
  applyEdits(headers, forwarded.choice.member.responseHeaders);
  if (sticky.newCookie !== null && action.sticky?.by === "cookie") {
    const cookie = stickyCookie(action.sticky, sticky.newCookie, client.scheme === "https");
    headers.append("set-cookie", cookie);
  }
}

function connectionOf({ exchange, target }: Ask): Connection {
  const { scheme, host, port } = target;
  return { peer: exchange.peer, scheme, authority: port === null ? host : `${host}:${port}` };
}

/** Where the client is, for a route that goes by distance. */
const placeOf = (exchange: Exchange, client: Client, serving: Serving): Coordinates | null =>
  clientPlace(
    { header: (name) => exchange.header(name), behindProxy: client.behindProxy },
    exchange.place,
    serving.plan.trust.clientHeaders,
  ).coordinates;

const clientSeen = (connection: Connection, exchange: Exchange, serving: Serving): Client =>
  clientOf(connection, (name) => exchange.header(name), serving.plan.trust.isProxy);

/** Scheme, host and port by which the client asked, trusted proxies in front notwithstanding. */
function asked(ask: Ask, serving: Serving): Pick<Target, "scheme" | "host" | "port"> {
  const { scheme, authority } = clientSeen(connectionOf(ask), ask.exchange, serving);
  const { host, port } = splitTarget(`${scheme}://${authority}`) ?? ask.target;
  return { scheme, host, port };
}

const pathOf = ({ path, query }: Target): Pick<Target, "path" | "query"> => ({ path, query });

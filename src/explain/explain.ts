/** What becomes of one request: its route, its shares, and what would be sent or answered. */
import { clientOf } from "../forward/client.ts";
import { normalizePath } from "../match/path.ts";
import { splitTarget, type Target } from "../match/target.ts";
import type { Exchange, UpstreamRequest } from "../model/platform.ts";
import { clientPlace } from "../place/client_place.ts";
import type { ForwardPlan, Plan, RoutePlan } from "../plan/plan.ts";
import { type RouteShares, sharesOf } from "../simulate/shares.ts";
import { choose } from "../steer/choose.ts";
import type { MemberShare } from "../steer/shares.ts";
import type { Steering } from "../steer/steering.ts";
import { stickyKey } from "../steer/sticky.ts";
import { consider, type Considered } from "./considered.ts";
import { type AskedRequest, dryRun, exchangeOf, type Gate } from "./dry_run.ts";
import { type Likely, likelyOf, mostLikely, narrowed } from "./likely.ts";

export interface SentRequest {
  readonly method: string;
  readonly url: string;
  /** `host` included. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface GivenResponse {
  readonly status: number;
  /** Of a problem document that the gateway makes; absent: the policy's own answer. */
  readonly code?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `null`: none. */
  readonly body: string | null;
}

/** One guard's word on the request. */
export interface GuardVerdict {
  readonly guard: string;
  readonly verdict: string;
  readonly detail: string;
}

export interface Explanation {
  /** The route that takes the request; `null`: none does. */
  readonly route: string | null;
  /** The other routes, and why they don't. */
  readonly considered: readonly Considered[];
  readonly guards: readonly GuardVerdict[];
  /** The probability of each cluster of the route; of a caller that is pinned to one, 1. */
  readonly clusters: Readonly<Record<string, number>>;
  /** As it would be sent to `endpoint`; `null`: the gateway answers by itself. */
  readonly request: SentRequest | null;
  /** The gateway's own answer. */
  readonly response: GivenResponse | null;
  /** The most probable one; `null` where nothing is sent. */
  readonly endpoint: { readonly cluster: string; readonly index: number } | null;
  /** Whether the request carries a sticky key, so that it goes nowhere else. */
  readonly pinned: boolean;
}

/** An explanation as programs get it. */
export interface ExplanationJson
  extends Pick<Explanation, "route" | "guards" | "clusters" | "request" | "response"> {
  readonly considered: readonly Pick<Considered, "route" | "why">[];
}

export const explanationJson = (
  { route, considered, guards, clusters, request, response }: Explanation,
): ExplanationJson => ({
  route,
  considered: considered.map(({ route, why }) => ({ route, why })),
  guards,
  clusters,
  request,
  response,
});

export interface Explaining {
  readonly plan: Plan;
  /** Of the same plan; knows the health that holds. */
  readonly steering: Steering;
  readonly gate: Gate;
  readonly uuid: () => string;
}

/** @throws {TypeError} for a header that no message may have */
export async function explain(asked: AskedRequest, by: Explaining): Promise<Explanation> {
  const exchange = exchangeOf(asked);
  const header = (name: string): string | null => exchange.header(name);
  const target = targetOf(exchange);
  const { rule, others } = target === null
    ? { rule: null, others: [] }
    : consider(by.plan, { method: exchange.method, ...target, header });
  const route = rule === null ? null : by.plan.routes[rule.route]!;
  const steered = target === null || route?.action.kind !== "forward"
    ? null
    : steer(route, route.action, { exchange, target, by });

  const { routed, sent, response } = await dryRun(
    by.gate,
    steered?.plan ?? by.plan,
    exchange,
    by.uuid,
  );
  // Refused, for whatever reason but that nobody could serve it: it goes nowhere.
  const goes = steered !== null && routed && (sent !== null || steered.likely === null);
  // Only a route that redirects or answers has another answer of its own.
  const isFault = !routed || route === null || steered !== null;
  return {
    route: routed ? route?.name ?? null : null,
    considered: routed ? others : [],
    guards: [],
    clusters: goes ? steered.clusters : {},
    request: sent === null ? null : requestOf(sent),
    response: sent === null ? await responseOf(response, isFault) : null,
    endpoint: sent === null || !steered?.likely ? null : {
      cluster: steered.likely.cluster.name,
      index: steered.likely.endpoint.index,
    },
    pinned: steered?.pinned ?? false,
  };
}

/** With the path in its normal form; `null` for what the gateway refuses. */
function targetOf({ url }: Exchange): Target | null {
  const target = splitTarget(url);
  const path = target === null ? null : normalizePath(target.path);
  return target === null || path === null ? null : { ...target, path };
}

interface Asked {
  readonly exchange: Exchange;
  readonly target: Target;
  readonly by: Explaining;
}

interface Steered {
  readonly clusters: Readonly<Record<string, number>>;
  readonly likely: Likely | null;
  readonly pinned: boolean;
  /** In which the request goes to `likely`. */
  readonly plan: Plan;
}

function steer(
  route: RoutePlan,
  action: ForwardPlan,
  { exchange, target, by: { plan, steering, uuid } }: Asked,
): Steered {
  const header = (name: string): string | null => exchange.header(name);
  const { scheme, host: authority, query } = target;
  const client = clientOf({ peer: exchange.peer, scheme, authority }, header, plan.trust.isProxy);
  const placed = { header, behindProxy: client.behindProxy };
  const { coordinates } = clientPlace(placed, exchange.place, plan.trust.clientHeaders);
  const shares = steering.shares(action, coordinates);
  const all = sharesOf(route.name, action, shares, steering.upstreams);

  const caller = { header, query, address: client.address };
  const { key, newCookie } = stickyKey(action.sticky, caller, uuid);
  // A cookie that is yet to be given goes by chance.
  const isKnown = key !== null && newCookie === null;
  const likely = isKnown ? pinnedTo(key, action, shares, steering) : mostLikely(all, shares, plan);
  return {
    clusters: isKnown ? only(likely, all) : all.clusters,
    likely,
    pinned: isKnown,
    plan: narrowed(plan, route, action, likely),
  };
}

function pinnedTo(
  key: number,
  action: ForwardPlan,
  shares: readonly MemberShare[],
  { upstreams }: Steering,
): Likely | null {
  const choice = choose(action, shares, upstreams, { key, random: () => 0, admit: () => true });
  return typeof choice === "string" ? null : likelyOf(choice);
}

const only = (likely: Likely | null, { clusters }: RouteShares): Record<string, number> =>
  Object.fromEntries(
    Object.keys(clusters).map((name) => [name, name === likely?.cluster.name ? 1 : 0]),
  );

function requestOf({ method, url, headers, host }: UpstreamRequest): SentRequest {
  const sent: Record<string, string> = { host: host ?? new URL(url).host };
  for (const name of headers.keys()) if (name !== "host") sent[name] = headers.get(name)!;
  return { method, url, headers: sent };
}

async function responseOf(response: Response, isFault: boolean): Promise<GivenResponse> {
  const { status, headers } = response;
  const body = await response.text();
  return {
    status,
    ...(isFault && { code: codeIn(body) }),
    headers: Object.fromEntries(headers),
    body: body === "" ? null : body,
  };
}

const codeIn = (problem: string): string => (JSON.parse(problem) as { code: string }).code;

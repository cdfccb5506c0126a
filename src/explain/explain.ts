/** What becomes of one request: its route, its shares, and what would be sent or answered. */
import { faultWish } from "../fault/fault_injection.ts";
import { clientOf } from "../forward/client.ts";
import { type Trouble, troubleOf } from "../health/describe.ts";
import { normalizePath } from "../match/path.ts";
import { splitTarget, type Target } from "../match/target.ts";
import type { Exchange, UpstreamRequest } from "../model/platform.ts";
import { clientPlace } from "../place/client_place.ts";
import type { ForwardPlan, Plan, RoutePlan } from "../plan/plan.ts";
import { type EndpointShare, type RouteShares, sharesOf } from "../simulate/shares.ts";
import { choose } from "../steer/choose.ts";
import type { MemberShare } from "../steer/shares.ts";
import type { Steering } from "../steer/steering.ts";
import { stickyKey } from "../steer/sticky.ts";
import { consider, type Considered, stages } from "./considered.ts";
import { type AskedRequest, dryRun, exchangeOf, type Gate } from "./dry_run.ts";
import { guardsOf, type GuardVerdict } from "./guards.ts";
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

/** Why an endpoint is unhealthy is known of a running gateway's alone. */
export interface ExplainedEndpoint extends EndpointShare, Partial<Trouble> {}

export interface Explanation {
  /** Whether health, load and latencies are a running gateway's; if not, all endpoints are well. */
  readonly live: boolean;
  /** The route that takes the request; `null`: none does. */
  readonly route: string | null;
  /**
   * The other routes, and why they don't: those that came closest first. Worked out when asked for,
   * in a time that grows with the number of routes.
   */
  considered(): readonly Considered[];
  readonly guards: readonly GuardVerdict[];
  /** The probability of each cluster of the route; of a caller that is pinned to one, 1. */
  readonly clusters: Readonly<Record<string, number>>;
  /** Of these clusters: their states, and the probability of each. */
  readonly endpoints: readonly ExplainedEndpoint[];
  /** Clusters of which at least one level is in panic: its health is ignored. */
  readonly panic: readonly string[];
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
export interface ExplanationJson extends Omit<Explanation, "considered"> {
  readonly considered: readonly Pick<Considered, "route" | "why">[];
}

export const explanationJson = (
  { live, route, considered, ...rest }: Explanation,
): ExplanationJson => ({
  live,
  route,
  considered: considered().map(({ route, why }) => ({ route, why })),
  ...rest,
});

export interface Explaining {
  readonly plan: Plan;
  /** Of the same plan; knows the health that holds. */
  readonly steering: Steering;
  readonly gate: Gate;
  readonly uuid: () => string;
  /** Whether `steering` is a running gateway's; absent: it is supposed. */
  readonly live?: boolean;
}

/** @throws {TypeError} for a header that no message may have */
export async function explain(asked: AskedRequest, by: Explaining): Promise<Explanation> {
  const exchange = exchangeOf(asked);
  const header = (name: string): string | null => exchange.header(name);
  const target = targetOf(exchange);
  const { rule, others } = target === null
    ? { rule: null, others: NONE }
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
    live: by.live ?? false,
    route: routed ? route?.name ?? null : null,
    considered: routed ? () => closestFirst(others()) : NONE,
    guards: goes ? steered.guards : [],
    clusters: goes ? steered.clusters : {},
    endpoints: goes ? steered.endpoints : [],
    panic: goes ? steered.panic : [],
    request: sent === null ? null : requestOf(sent),
    response: sent === null ? await responseOf(response, isFault) : null,
    endpoint: sent === null || !steered?.likely ? null : {
      cluster: steered.likely.cluster.name,
      index: steered.likely.endpoint.index,
    },
    pinned: steered?.pinned ?? false,
  };
}

const NONE = (): readonly Considered[] => [];

const closestFirst = (others: readonly Considered[]): readonly Considered[] =>
  others.toSorted((a, b) => stages.indexOf(b.stage) - stages.indexOf(a.stage));

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

interface Steered extends Pick<Explanation, "clusters" | "endpoints" | "panic" | "guards"> {
  readonly likely: Likely | null;
  readonly pinned: boolean;
  /** In which the request goes to `likely`. */
  readonly plan: Plan;
}

function steer(
  route: RoutePlan,
  action: ForwardPlan,
  { exchange, target, by }: Asked,
): Steered {
  const { plan, steering, uuid, live = false } = by;
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
  const { clusters, endpoints } = isKnown ? only(likely, all) : all;
  return {
    clusters,
    endpoints: live ? endpoints.map((one) => ({ ...one, ...troubleIn(one, by) })) : endpoints,
    panic: all.panic,
    guards: guardsOf(action, {
      clusters: plan.clusters.filter(({ name }) => (clusters[name] ?? 0) > 0)
        .map(({ index }) => steering.upstreams.cluster(index)),
      wish: faultWish(header, client.behindProxy),
      hasRoom: live ? (cluster): boolean => steering.hasRoom(cluster) : null,
    }),
    likely,
    pinned: isKnown,
    plan: narrowed(plan, route, action, likely),
  };
}

function troubleIn(
  { cluster: name, index }: EndpointShare,
  { plan, steering }: Explaining,
): Trouble {
  const at = plan.clusters.findIndex((cluster) => cluster.name === name);
  const cluster = steering.upstreams.cluster(at);
  return troubleOf(cluster.plan, cluster.endpoints[index]!.record);
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

/** The shares of a caller that goes nowhere else. */
const only = (
  likely: Likely | null,
  { clusters, endpoints }: RouteShares,
): Pick<RouteShares, "clusters" | "endpoints"> => ({
  clusters: Object.fromEntries(
    Object.keys(clusters).map((name) => [name, name === likely?.cluster.name ? 1 : 0]),
  ),
  endpoints: endpoints.map((endpoint) => {
    const { cluster, index } = endpoint;
    const isIt = cluster === likely?.cluster.name && index === likely.endpoint.index;
    return { ...endpoint, share: isIt ? 1 : 0 };
  }),
});

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

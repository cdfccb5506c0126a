/** What each route does, with `defaults` merged under it. */
import type {
  ActionPlan,
  ForwardPlan,
  MemberPlan,
  RedirectPlan,
  RespondPlan,
  RetryPlan,
  RoutePlan,
  StickyPlan,
} from "../plan/plan.ts";
import type { Policy, PolicyRoute, PolicySticky } from "../policy/schema/policy.ts";
import { memberSeed } from "../steer/choose.ts";
import { compileEdits } from "./headers.ts";
import { compilePathChange } from "./path_change.ts";
import { compileRetry } from "./retry.ts";
import { durationMs } from "../policy/quantity.ts";

type PolicyMember = Extract<PolicyRoute["split"], readonly unknown[]>[number];
type PolicyDefaults = NonNullable<Policy["defaults"]>;

/** What all routes share: resolved once, not once for each of thousands. */
interface Context {
  readonly defaults: PolicyDefaults;
  /** Of a route that doesn't speak of retries. */
  readonly retry: RetryPlan;
  readonly clusters: ReadonlyMap<string, ClusterKey>;
}

interface ClusterKey {
  /** Position in `Plan.clusters`. */
  readonly index: number;
  readonly seed: number;
}

export function compileRoutes({ clusters, routes, defaults = {} }: Policy): RoutePlan[] {
  const names = Object.keys(clusters);
  const context: Context = {
    defaults,
    retry: compileRetry(defaults.retry),
    clusters: new Map(names.map((name, index) => [name, { index, seed: memberSeed(name) }])),
  };
  return routes.map((route, index) => ({
    index,
    name: route.name,
    action: compileAction(route, context),
    responseHeaders: compileEdits(defaults.headers?.response, route.headers?.response),
  }));
}

function compileAction(route: PolicyRoute, context: Context): ActionPlan {
  if (route.redirect !== undefined) return compileRedirect(route.redirect);
  if (route.respond !== undefined) return compileRespond(route.respond);
  return compileForward(route, context);
}

function compileForward(route: PolicyRoute, context: Context): ForwardPlan {
  const { defaults } = context;
  const timeout = route.timeout ?? defaults.timeout;
  return {
    kind: "forward",
    members: compileMembers(route, context),
    failover: route.failover?.map((name) => keyOf(name, context).index) ?? null,
    sticky: route.sticky === undefined ? null : compileSticky(route.sticky),
    timeoutMs: timeout === undefined ? null : durationMs(timeout),
    retry: route.retry === undefined ? context.retry : compileRetry(defaults.retry, route.retry),
    rewriteHost: route.rewrite?.host ?? null,
    rewritePath: compilePathChange(route.rewrite?.path),
    requestHeaders: compileEdits(defaults.headers?.request, route.headers?.request),
  };
}

/** `to` is a split of one. */
function compileMembers(route: PolicyRoute, context: Context): MemberPlan[] {
  const split = route.split ?? (route.to === undefined ? {} : { [route.to]: 1 });
  if (Array.isArray(split)) return compileMemberList(split, context);
  return Object.entries(split).map(([name, weight]) => {
    const { index, seed } = keyOf(name, context);
    return { cluster: index, weight, seed, requestHeaders: null, responseHeaders: null };
  });
}

function compileMemberList(split: readonly PolicyMember[], context: Context): MemberPlan[] {
  const seen = new Map<string, number>();
  return split.map(({ cluster, weight, headers }) => {
    const { index, seed } = keyOf(cluster, context);
    const before = seen.get(cluster) ?? 0;
    seen.set(cluster, before + 1);
    return {
      cluster: index,
      weight,
      // A cluster may be listed again, say with other headers: then it is a member of its own.
      seed: before === 0 ? seed : memberSeed(`${cluster} ${before}`),
      requestHeaders: compileEdits(headers?.request),
      responseHeaders: compileEdits(headers?.response),
    };
  });
}

/** @throws {TypeError} for a cluster that validation should have found missing */
function keyOf(name: string, { clusters }: Context): ClusterKey {
  const key = clusters.get(name);
  if (key === undefined) throw new TypeError(`Cannot compile the policy: no cluster "${name}"`);
  return key;
}

function compileSticky(written: PolicySticky): StickyPlan {
  if ("header" in written) return { by: "header", name: written.header.toLowerCase() };
  if ("query" in written) return { by: "query", name: written.query };
  if ("ip" in written) return { by: "ip" };
  const { name, ttl } = written.cookie;
  // Max-Age is in whole seconds; a ttl of 0 means a session cookie, as in Envoy.
  const ttlSeconds = ttl === undefined ? null : Math.ceil(durationMs(ttl) / 1000) || null;
  return { by: "cookie", name, ttlSeconds };
}

function compileRedirect(written: NonNullable<PolicyRoute["redirect"]>): RedirectPlan {
  return {
    kind: "redirect",
    scheme: written.scheme ?? null,
    host: written.host ?? null,
    port: written.port ?? null,
    path: compilePathChange(written.path),
    status: written.status ?? 302,
  };
}

function compileRespond(written: NonNullable<PolicyRoute["respond"]>): RespondPlan {
  const headers = Object.entries(written.headers ?? {})
    .map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return { kind: "respond", status: written.status, headers, body: written.body ?? null };
}

/** What each route does, with `defaults` merged under it. */
import type {
  ActionPlan,
  ForwardPlan,
  RedirectPlan,
  RespondPlan,
  RetryPlan,
  RoutePlan,
  StickyPlan,
} from "../plan/plan.ts";
import type { FaultPlan } from "../plan/resilience.ts";
import type {
  Policy,
  PolicyDefaults,
  PolicyFault,
  PolicyRoute,
  PolicySticky,
} from "../policy/schema/policy.ts";
import { durationMs, limitMs } from "../policy/quantity.ts";
import { compileEdits } from "./headers.ts";
import {
  type ClusterKeys,
  clusterKeys,
  compileFailover,
  compileMembers,
  compileMirrors,
} from "./members.ts";
import { compilePathChange } from "./path_change.ts";
import { compileHedge, compileRetry } from "./retry.ts";

/** What all routes share: resolved once, not once for each of thousands. */
interface Context {
  readonly defaults: PolicyDefaults;
  /** Of a route that doesn't speak of retries. */
  readonly retry: RetryPlan;
  readonly clusters: ClusterKeys;
}

export function compileRoutes({ clusters, routes, defaults = {} }: Policy): RoutePlan[] {
  const context: Context = {
    defaults,
    retry: compileRetry(defaults.retry),
    clusters: clusterKeys(clusters),
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

function compileForward(route: PolicyRoute, { defaults, retry, clusters }: Context): ForwardPlan {
  const timeout = route.timeout ?? defaults.timeout;
  return {
    kind: "forward",
    ...compileMembers(route, clusters),
    failover: compileFailover(route.failover, clusters),
    sticky: route.sticky === undefined ? null : compileSticky(route.sticky),
    timeoutMs: timeout === undefined ? null : durationMs(timeout),
    idleTimeoutMs: limitMs(route.idleTimeout ?? defaults.idleTimeout),
    retry: route.retry === undefined ? retry : compileRetry(defaults.retry, route.retry),
    hedge: compileHedge(defaults.hedge, route.hedge),
    mirrors: compileMirrors(route.mirror, clusters),
    fault: route.fault === undefined ? null : compileFault(route.fault),
    rewriteHost: route.rewrite?.host ?? null,
    rewritePath: compilePathChange(route.rewrite?.path),
    requestHeaders: compileEdits(defaults.headers?.request, route.headers?.request),
  };
}

function compileFault({ delay, abort }: PolicyFault): FaultPlan {
  return {
    delay: delay === undefined
      ? null
      : { percent: delay.percent ?? 100, forMs: limitMs(delay.for) },
    abort: abort === undefined
      ? null
      : { percent: abort.percent ?? 100, status: abort.status ?? null },
  };
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

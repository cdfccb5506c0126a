/** Policies of any size that look like a real one: a few hosts, each with its sections and exceptions. */
import type { Policy, PolicyRoute } from "../../src/policy/schema/policy.ts";

/** Routes of one host; the first 20 of a policy belong to `shop0.example.com`, and so on. */
const PER_HOST = 20;

const CLUSTERS = ["aws", "dc"] as const;

/** A request that a policy of this kind has a route for. */
export interface Sample {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * All routes split between two clusters, with stickiness by cookie; outlier detection is on by
 * default.
 *
 * @param origins endpoints of each of the two clusters
 * @param extra further routes behind the `count` generated ones
 */
export function policyOf(
  count: number,
  origins: readonly string[] = ["http://127.0.0.1:9"],
  extra: readonly PolicyRoute[] = [],
): Policy {
  const clusters = Object.fromEntries(
    CLUSTERS.map((name) => [name, { location: "public" as const, endpoints: [...origins] }]),
  );
  const routes = Array.from({ length: count }, (_, i) => routeAt(i));
  return { clusters, routes: [...routes, ...extra] };
}

/** What the generated routes do, and what a route of one's own can begin with. */
export const splitAndSticky = {
  split: { aws: 80, dc: 20 },
  sticky: { cookie: { name: "limen" } },
};

function routeAt(i: number): PolicyRoute {
  const { hosts, match } = kindAt(i);
  return { name: `route-${i}`, hosts, match, ...splitAndSticky };
}

type Match = NonNullable<PolicyRoute["match"]>;

function kindAt(i: number): { hosts: string[]; match: Match } {
  const host = `shop${Math.floor(i / PER_HOST)}.example.com`;
  const hosts = [host];
  const section = `/api/v1/section-${i}`;
  switch (i % PER_HOST) {
    case 0:
      return { hosts, match: { path: "/*" } };
    case 1:
      return { hosts: [`*.${host}`], match: { path: "/*" } };
    case 2:
      return { hosts, match: { path: { regex: `/orders-${i}/[0-9]+` } } };
    case 3:
    case 4:
    case 5:
      return { hosts, match: { path: `/pages/page-${i}` } };
    case 6:
    case 7:
    case 8:
      return { hosts, match: { path: `${section}/*`, method: ["GET", "HEAD"] } };
    case 9:
      return { hosts, match: { path: "/*", headers: { "x-canary": `wave-${i}` } } };
    default:
      return { hosts, match: { path: `${section}/*` } };
  }
}

/** The request that route `i` is there for. */
export function sampleAt(i: number): Sample {
  const { hosts, match } = kindAt(i);
  const { path, headers } = match as { path: string | object; headers?: Record<string, string> };
  return {
    method: "GET",
    host: hosts[0]!.replace("*", "eu"),
    path: typeof path === "string" ? path.replace("*", "items/4711") : `/orders-${i}/4711`,
    headers: headers ?? {},
  };
}

/** Routes whose path is a pattern take the regex engine's time, whatever the number of routes. */
export const hasRegex = (i: number): boolean => i % PER_HOST === 2;

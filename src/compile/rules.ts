/**
 * From routes to rules in order of precedence: one rule for each entry of a
 * route's `match` and each of its hosts.
 */
import type { Condition, Rule } from "../plan/table.ts";
import type { PolicyMatch, PolicyRoute } from "../policy/schema/policy.ts";
import { compileConditions } from "./conditions.ts";
import { policyHost, policyPath, policyPrefix } from "./paths.ts";

export type HostPattern =
  | { readonly kind: "exact"; readonly name: string }
  /** `name` is what follows `*.`. */
  | { readonly kind: "wildcard"; readonly name: string }
  | { readonly kind: "any" };

export type PathPattern =
  | { readonly kind: "exact"; readonly path: string }
  /** Without trailing slash; "" is `/*`. */
  | { readonly kind: "prefix"; readonly path: string }
  | { readonly kind: "regex"; readonly pattern: string };

/** A rule and the place in the table where it belongs. */
export interface PlacedRule {
  readonly host: HostPattern;
  readonly path: PathPattern;
  readonly rule: Rule;
}

/** Best first; `rule.rank` is the position. */
export function rankRules(routes: readonly PolicyRoute[]): PlacedRule[] {
  const drafts = routes.flatMap(draftsOf);
  // The sort is stable: what is equal stays in the order of the document.
  drafts.sort((a, b) => comparePrecedence(a.precedence, b.precedence));
  return drafts.map(({ host, path, route, conditions }, rank) => ({
    host,
    path,
    rule: { rank, route, prefix: path.kind === "prefix" ? path.path : null, conditions },
  }));
}

interface Draft {
  readonly host: HostPattern;
  readonly path: PathPattern;
  readonly route: number;
  readonly conditions: readonly Condition[];
  /** Compared from the first to the last number; greater wins. */
  readonly precedence: readonly number[];
}

function draftsOf(route: PolicyRoute, index: number): Draft[] {
  const entries = route.match === undefined ? [{}] : [route.match].flat();
  const hosts: HostPattern[] = route.hosts?.map(parseHost) ?? [{ kind: "any" }];
  return entries.flatMap((entry) => {
    const path = parsePath(entry.path ?? "/*");
    const conditions = compileConditions(entry);
    return hosts.map((host) => ({
      host,
      path,
      route: index,
      conditions,
      precedence: [
        route.precedence ?? 0,
        hostRank(host),
        pathKindRank(path),
        pathLength(path),
        entry.method === undefined ? 0 : 1,
        count(entry.headers),
        count(entry.query),
        count(entry.cookies),
      ],
    }));
  });
}

function comparePrecedence(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return b[i]! - a[i]!;
  }
  return 0;
}

/** No wildcard is as specific as an exact host; of wildcards, the longer is. */
function hostRank(host: HostPattern): number {
  if (host.kind === "exact") return Number.MAX_SAFE_INTEGER;
  return host.kind === "wildcard" ? host.name.length : 0;
}

/** Exact before prefix before regex before `/*`. */
function pathKindRank(path: PathPattern): number {
  if (path.kind === "exact") return 3;
  if (path.kind === "regex") return 1;
  return path.path === "" ? 0 : 2;
}

/** Within a kind of path, longer goes first. */
const pathLength = (path: PathPattern): number =>
  path.kind === "regex" ? path.pattern.length : path.path.length;

const count = (conditions: PolicyMatch["headers"]): number =>
  conditions === undefined ? 0 : Object.keys(conditions).length;

function parseHost(written: string): HostPattern {
  if (written === "*") return { kind: "any" };
  return written.startsWith("*.")
    ? { kind: "wildcard", name: policyHost(written.slice(2)) }
    : { kind: "exact", name: policyHost(written) };
}

function parsePath(written: NonNullable<PolicyMatch["path"]>): PathPattern {
  if (typeof written !== "string") return { kind: "regex", pattern: written.regex };
  return written.endsWith("/*")
    ? { kind: "prefix", path: policyPrefix(written.slice(0, -2)) }
    : { kind: "exact", path: policyPath(written) };
}

/**
 * From routes to rules in order of precedence: one rule for each entry of a
 * route's `match` and each of its hosts.
 */
import { compareKeys, type Contender, keyOf } from "../match/precedence.ts";
import type { HostPattern, PathPattern, PlacedRule } from "../plan/table.ts";
import type { PolicyMatch, PolicyRoute } from "../policy/schema/policy.ts";
import { compileConditions } from "./conditions.ts";
import { policyHost, policyPath, policyPrefix } from "./paths.ts";
import { wholeMatch } from "./regex.ts";

/** Best first; `rule.rank` is the position. */
export function rankRules(routes: readonly PolicyRoute[]): PlacedRule[] {
  const drafts = routes.flatMap(draftsOf);
  // The sort is stable: what is equal stays in the order of the document.
  drafts.sort((a, b) => compareKeys(a.key, b.key));
  return drafts.map(({ host, path, route, precedence, conditions }, rank) => {
    const prefix = path.kind === "prefix" ? path.path : null;
    return { host, path, rule: { rank, route, precedence, prefix, conditions } };
  });
}

/** A rule that has no rank yet. */
interface Draft extends Contender {
  readonly route: number;
  readonly key: readonly number[];
}

function draftsOf(route: PolicyRoute, index: number): Draft[] {
  const entries = route.match === undefined ? [{}] : [route.match].flat();
  const hosts: HostPattern[] = route.hosts?.map(parseHost) ?? [{ kind: "any" }];
  return entries.flatMap((entry) => {
    const path = parsePath(entry.path ?? "/*");
    const conditions = compileConditions(entry);
    return hosts.map((host) => {
      const contender = { host, path, precedence: route.precedence ?? 0, conditions };
      return { ...contender, route: index, key: keyOf(contender) };
    });
  });
}

function parseHost(written: string): HostPattern {
  if (written === "*") return { kind: "any" };
  return written.startsWith("*.")
    ? { kind: "wildcard", name: policyHost(written.slice(2)) }
    : { kind: "exact", name: policyHost(written) };
}

function parsePath(written: NonNullable<PolicyMatch["path"]>): PathPattern {
  if (typeof written !== "string") {
    return { kind: "regex", pattern: written.regex, test: wholeMatch(written.regex) };
  }
  return written.endsWith("/*")
    ? { kind: "prefix", path: policyPrefix(written.slice(0, -2)) }
    : { kind: "exact", path: policyPath(written) };
}

/** Routes that never get a request, because another one always wins. */
import type { Report } from "../finding.ts";
import type { PolicyRoute } from "../schema/policy.ts";
import { isWhole, type Part, type View } from "../view.ts";
import { countRules, hostsAround, pathsAround, type Rule, rulesOf } from "./rules.ts";

/** Keeps a plan's table, and this check, within bounds that a 4 MiB text could leave. */
const MAX_RULES = 200_000;

/** Look-ups for one policy. Past it, later routes are taken to be reachable. */
const MAX_LOOKUPS = 1_000_000;

interface Claim {
  readonly precedence: number;
  /** Index of the route. */
  readonly route: number;
}

/** Best claim for each host, path and set of conditions. */
type Claims = ReadonlyMap<string, Claim>;

export function checkReach(view: View, report: Report): void {
  const count = view.routes.reduce((sum, route) => sum + countRules(route), 0);
  if (count > MAX_RULES) {
    const message = `${count} combinations of a host and a match, at most ${MAX_RULES}`;
    return report("tooManyRules", ["routes"], message);
  }
  for (const { route, by } of unreachableRoutes(view)) {
    const winner = `routes[${by}] ("${view.routes[by]?.value.name}")`;
    const message = `${winner} takes every request that this route could`;
    report("unreachableRoute", view.routes[route]!.path, message);
  }
}

/** By index: a route, and another one that takes all that it could. */
export interface Unreachable {
  readonly route: number;
  readonly by: number;
}

/** @param view of at most `MAX_RULES` rules, or it takes long */
export function unreachableRoutes(view: View): Unreachable[] {
  const unreachable: Unreachable[] = [];
  const claims = claimsOf(view);
  const precedences = new Set(view.routes.map((route) => route.value.precedence ?? 0));
  const budget = { left: MAX_LOOKUPS };
  for (const [index, route] of view.routes.entries()) {
    if (isUnsure(route)) continue;
    const own: Claim = { precedence: route.value.precedence ?? 0, route: index };
    let winner: Claim | null = null;
    for (const rule of rulesOf(route)) {
      winner = winnerOver(rule, own, claims, precedences.size > 1, budget);
      if (winner === null) break;
    }
    if (winner !== null) unreachable.push({ route: index, by: winner.route });
  }
  return unreachable;
}

/** What is left of a route that has invalid parts says nothing about its reach. */
const isUnsure = (route: Part<PolicyRoute>): boolean =>
  route.value.name === undefined || !isWhole(route, ["hosts", "match", "precedence"]);

function claimsOf(view: View): Claims {
  const claims = new Map<string, Claim>();
  for (const [index, route] of view.routes.entries()) {
    if (isUnsure(route)) continue;
    const precedence = route.value.precedence ?? 0;
    for (const rule of rulesOf(route)) {
      const key = keyOf(rule.host, rule.path, rule.conditions);
      const best = claims.get(key);
      if (best === undefined || precedence > best.precedence) {
        claims.set(key, { precedence, route: index });
      }
    }
  }
  return claims;
}

const keyOf = (host: string, path: string, conditions: readonly string[]): string =>
  `${host}\n${path}\n${conditions.join("\n")}`;

/** A route that surely wins wherever `rule` matches, or `null`. */
function winnerOver(
  rule: Rule,
  own: Claim,
  claims: Claims,
  precedencesDiffer: boolean,
  budget: { left: number },
): Claim | null {
  const same = claims.get(keyOf(rule.host, rule.path, rule.conditions));
  if (same !== undefined && same.route !== own.route) return same;
  // Between equals the more specific wins, so only a higher precedence can take it all.
  if (!precedencesDiffer) return null;
  const subsets = subsetsOf(rule.conditions);
  for (const host of hostsAround(rule.host)) {
    for (const path of pathsAround(rule.path)) {
      for (const conditions of subsets) {
        if (--budget.left < 0) return null;
        const claim = claims.get(keyOf(host, path, conditions));
        if (claim !== undefined && claim.precedence > own.precedence) return claim;
      }
    }
  }
  return null;
}

/** All subsets of a few conditions; of many, only the likely ones. */
function subsetsOf(conditions: readonly string[]): readonly (readonly string[])[] {
  if (conditions.length > 4) return [[], ...conditions.map((one) => [one]), conditions];
  return Array.from(
    { length: 2 ** conditions.length },
    (_, bits) => conditions.filter((_, index) => (bits >> index) & 1),
  );
}

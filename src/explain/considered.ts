/** Which route takes a request, and why each of the others does not. */
import { find } from "../match/find.ts";
import { listRules } from "../match/list.ts";
import { takesHost, takesPath } from "../match/pattern.ts";
import { type Criterion, decisive } from "../match/precedence.ts";
import { holds, valueOf } from "../match/value.ts";
import type { Plan } from "../plan/plan.ts";
import type { Condition, PlacedRule, RequestFacts, RouteTable, Rule } from "../plan/table.ts";
import { hostInWords, missed, oneOf, pathInWords } from "./words.ts";

/** What kept a route from a request; the later, the closer it came. */
export const stages = ["host", "path", "conditions", "precedence"] as const;

export interface Considered {
  readonly route: string;
  readonly stage: typeof stages[number];
  /** A sentence without its full stop, such as `path is /cart, not /shop/*`. */
  readonly why: string;
}

export interface Consideration {
  /** The rule that takes the request: the very one that routing finds. `null`: no route does. */
  readonly rule: Rule | null;
  /** All other routes, in the policy's order. Worked out anew at each call: every rule is looked at. */
  others(): readonly Considered[];
}

/** Finds the rule as routing does. */
export function consider(
  { table, routes }: Pick<Plan, "table" | "routes">,
  facts: RequestFacts,
): Consideration {
  const rule = find(table, facts);
  return { rule, others: () => othersOf({ table, routes }, facts, rule) };
}

function othersOf(
  { table, routes }: Pick<Plan, "table" | "routes">,
  facts: RequestFacts,
  rule: Rule | null,
): readonly Considered[] {
  const byRoute = rulesOf(table);
  const winner = byRoute.get(rule?.route ?? -1)?.find((placed) => placed.rule === rule) ?? null;
  const name = winner === null ? "" : routes[winner.rule.route]!.name;
  return routes
    .filter(({ index }) => index !== winner?.rule.route)
    .map(({ index, name: route }): Considered => {
      const rules = byRoute.get(index) ?? [];
      return { route, ...(whyNot(rules, facts) ?? whyBeaten(rules, winner!, name, facts)) };
    });
}

type RulesByRoute = ReadonlyMap<number, readonly PlacedRule[]>;

/** A table never changes, and a policy's tests ask about one a thousand times. */
const known = new WeakMap<RouteTable, RulesByRoute>();

function rulesOf(table: RouteTable): RulesByRoute {
  const rules = known.get(table) ?? Map.groupBy(listRules(table), ({ rule }) => rule.route);
  known.set(table, rules);
  return rules;
}

type Why = Pick<Considered, "stage" | "why">;

/** @returns `null` if a rule holds: then another route went first */
function whyNot(rules: readonly PlacedRule[], facts: RequestFacts): Why | null {
  const ofHost = rules.filter(({ host }) => takesHost(host, facts.host));
  if (ofHost.length === 0) {
    const hosts = oneOf(rules.map(({ host }) => hostInWords(host)));
    return { stage: "host", why: `host is ${facts.host}, not ${hosts}` };
  }
  const ofPath = ofHost.filter(({ path }) => takesPath(path, facts.path));
  if (ofPath.length === 0) {
    const paths = oneOf(ofHost.map(({ path }) => pathInWords(path)));
    return { stage: "path", why: `path is ${facts.path}, not ${paths}` };
  }
  const failures = ofPath.map(({ rule }) => failed(rule, facts));
  // Of several entries, the one that came closest.
  const closest = failures.reduce((best, next) => next.length < best.length ? next : best);
  if (closest.length === 0) return null;
  const why = closest.map((condition) => missed(condition, seen(condition, facts))).join("; ");
  return { stage: "conditions", why };
}

const seen = (condition: Condition, facts: RequestFacts): string | null =>
  valueOf(condition.on, condition.on === "method" ? "" : condition.name, facts);

const failed = ({ conditions }: Rule, facts: RequestFacts): readonly Condition[] =>
  conditions.filter((condition) => !holds(condition, facts));

/** Whether all of a rule holds: what `find` works out without asking each. */
export const takes = ({ host, path, rule }: PlacedRule, facts: RequestFacts): boolean =>
  takesHost(host, facts.host) && takesPath(path, facts.path) && failed(rule, facts).length === 0;

function whyBeaten(
  rules: readonly PlacedRule[],
  winner: PlacedRule,
  name: string,
  facts: RequestFacts,
): Why {
  const best = rules.filter((placed) => takes(placed, facts))
    .reduce((a, b) => b.rule.rank < a.rule.rank ? b : a);
  const by = decisive(contender(best), contender(winner));
  const reason = by === null ? "it comes first in the policy" : reasons[by](winner, best);
  return { stage: "precedence", why: `matches too, but "${name}" goes first: ${reason}` };
}

const contender = ({ host, path, rule }: PlacedRule): Parameters<typeof decisive>[0] => ({
  host,
  path,
  precedence: rule.precedence,
  conditions: rule.conditions,
});

/** Why the first of two rules that both hold goes before the second. */
const reasons: Readonly<Record<Criterion, (first: PlacedRule, second: PlacedRule) => string>> = {
  precedence: ({ rule }, second) =>
    `its precedence is ${rule.precedence}, this one's ${second.rule.precedence}`,
  host: ({ host }, second) =>
    `its host ${hostInWords(host)} is more specific than ${hostInWords(second.host)}`,
  pathKind: ({ path }, second) =>
    `its path ${pathInWords(path)} is more specific than ${pathInWords(second.path)}`,
  pathLength: ({ path }, second) =>
    `its path ${pathInWords(path)} is longer than ${pathInWords(second.path)}`,
  method: () => "it names the method",
  headers: () => "it asks for more headers",
  query: () => "it asks for more query parameters",
  cookies: () => "it asks for more cookies",
};

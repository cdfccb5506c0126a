/**
 * Which of two rules goes first where both take a request (Gateway API's
 * order). Used once, when a table is compiled; and to say why a route lost.
 */
import type { Condition, PlacedRule, Rule } from "../plan/table.ts";

/** What of a rule decides its place in the order. */
export interface Contender
  extends Pick<PlacedRule, "host" | "path">, Pick<Rule, "precedence" | "conditions"> {}

/** From the first that counts to the last; the greater number goes first. */
const criteria = {
  precedence: ({ precedence }: Contender): number => precedence,
  host: hostRank,
  pathKind: pathKindRank,
  pathLength,
  method: ({ conditions }: Contender): number => count(conditions, "method"),
  headers: ({ conditions }: Contender): number => count(conditions, "header"),
  query: ({ conditions }: Contender): number => count(conditions, "query"),
  cookies: ({ conditions }: Contender): number => count(conditions, "cookie"),
};

export type Criterion = keyof typeof criteria;

const names = Object.keys(criteria) as Criterion[];
const measures = Object.values(criteria);

/** One number for each criterion: see `compareKeys`. */
export const keyOf = (rule: Contender): number[] => measures.map((measure) => measure(rule));

/** Below 0 if the rule of key `a` goes first; 0: the order of the document decides. */
export function compareKeys(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return b[i]! - a[i]!;
  }
  return 0;
}

/** The first criterion by which the rules differ; `null`: the order of the document decides. */
export function decisive(a: Contender, b: Contender): Criterion | null {
  const [of, other] = [keyOf(a), keyOf(b)];
  return names[of.findIndex((value, i) => value !== other[i])] ?? null;
}

/** No wildcard is as specific as an exact host; of wildcards, the longer is. */
function hostRank({ host }: Contender): number {
  if (host.kind === "exact") return Number.MAX_SAFE_INTEGER;
  return host.kind === "wildcard" ? host.name.length : 0;
}

/** Exact before prefix before regex before `/*`. */
function pathKindRank({ path }: Contender): number {
  if (path.kind === "exact") return 3;
  if (path.kind === "regex") return 1;
  return path.path === "" ? 0 : 2;
}

/** Within a kind of path, longer goes first. */
function pathLength({ path }: Contender): number {
  return path.kind === "regex" ? path.pattern.length : path.path.length;
}

function count(conditions: readonly Condition[], on: Condition["on"]): number {
  let found = 0;
  for (let i = 0; i < conditions.length; i++) if (conditions[i]!.on === on) found++;
  return found;
}

/**
 * Which route takes requests that another one took before: asked of both plans, for a made-up request
 * of every rule of either.
 */
import { find } from "../match/find.ts";
import { listRules } from "../match/list.ts";
import type { Plan } from "../plan/plan.ts";
import type { PlacedRule, RequestFacts } from "../plan/table.ts";
import { ruleInWords } from "./match_words.ts";
import { sampleOf } from "./sample.ts";

/** Requests that are asked about, some microseconds each. */
const MAX_SAMPLES = 50_000;

/** Requests whose route is another one now. Routes by index; `null`: no route takes them. */
export interface Taken {
  readonly before: number | null;
  readonly after: number | null;
  /** The requests, as a rule's match in words. */
  readonly requests: string;
  /** Whose rule it is: a route of the old plan, of the new one. */
  readonly rule: { readonly side: "before" | "after"; readonly route: number };
}

export interface Takers {
  /** All of them, whether the route is the same or not. */
  readonly taken: readonly Taken[];
  /** Whether there were more rules than could be asked about. */
  readonly cut: boolean;
}

/** @param isSame whether a route of the old plan is this one of the new; `null` is no route */
export function takersOf(
  before: Plan,
  after: Plan,
  isSame: (before: number | null, after: number | null) => boolean,
): Takers {
  const taken: Taken[] = [];
  const seen = new Set<string>();
  for (const [side, plan] of [["before", before], ["after", after]] as const) {
    for (const placed of listRules(plan.table)) {
      if (seen.size >= MAX_SAMPLES) return { taken, cut: true };
      const facts = sampleOf(placed);
      if (facts === null) continue;
      const key = keyOf(facts, placed);
      if (seen.has(key)) continue;
      seen.add(key);
      const [from, to] = [winnerOf(before, facts), winnerOf(after, facts)];
      if (isSame(from, to)) continue;
      const rule = { side, route: placed.rule.route };
      taken.push({ before: from, after: to, requests: ruleInWords(placed), rule });
    }
  }
  return { taken, cut: false };
}

const winnerOf = ({ table }: Plan, facts: RequestFacts): number | null =>
  find(table, facts)?.route ?? null;

/** Equal for equal requests of equal rules, which are asked about once. */
const keyOf = ({ method, host, path, query, header }: RequestFacts, { rule }: PlacedRule): string =>
  JSON.stringify([
    method,
    host,
    path,
    query,
    header("cookie"),
    rule.conditions.map((condition) =>
      condition.on === "header" ? [condition.name, header(condition.name)] : null
    ),
  ]);

/** What a condition looks at, read from the request when it is needed. */
import type { Condition, RequestFacts } from "../plan/table.ts";
import { cookieValue } from "./cookie.ts";
import { queryValue } from "./query.ts";

/** @returns `null` if the request has no such header, parameter or cookie */
export function valueOf(on: Condition["on"], name: string, facts: RequestFacts): string | null {
  switch (on) {
    case "method":
      return facts.method;
    case "header":
      return facts.header(name);
    case "query":
      return queryValue(facts.query, name);
    case "cookie":
      return cookieValue(facts.header("cookie"), name);
  }
}

/** Whether every condition holds. */
export function allHold(conditions: readonly Condition[], facts: RequestFacts): boolean {
  for (let i = 0; i < conditions.length; i++) {
    if (!holds(conditions[i]!, facts)) return false;
  }
  return true;
}

export const holds = (condition: Condition, facts: RequestFacts): boolean =>
  condition.on === "method"
    ? condition.methods.has(facts.method)
    : condition.test(valueOf(condition.on, condition.name, facts));

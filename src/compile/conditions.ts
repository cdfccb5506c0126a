/** Conditions of one `match` entry, the cheapest first. */
import type { Condition, StringTest, ValueCondition } from "../plan/table.ts";
import type { PolicyMatch, PolicyStringMatcher } from "../policy/schema/policy.ts";
import { wholeMatch } from "./regex.ts";

export function compileConditions(entry: PolicyMatch): Condition[] {
  const conditions: Condition[] = [];
  const { method } = entry;
  if (method !== undefined) {
    conditions.push({
      on: "method",
      methods: new Set(typeof method === "string" ? [method] : method),
    });
  }
  for (const [name, matcher] of Object.entries(entry.headers ?? {})) {
    conditions.push(compileValue("header", name.toLowerCase(), matcher));
  }
  for (const [name, matcher] of Object.entries(entry.query ?? {})) {
    conditions.push(compileValue("query", name, matcher));
  }
  for (const [name, matcher] of Object.entries(entry.cookies ?? {})) {
    conditions.push(compileValue("cookie", name, matcher));
  }
  return conditions;
}

function compileValue(
  on: ValueCondition["on"],
  name: string,
  matcher: PolicyStringMatcher,
): ValueCondition {
  const equals = typeof matcher === "string" ? matcher : null;
  return { on, name, test: compileTest(matcher), equals, matcher };
}

/** An absent value satisfies `{ present: false }` and the `not` of all that it doesn't satisfy. */
export function compileTest(matcher: PolicyStringMatcher): StringTest {
  if (typeof matcher === "string") return (value) => value === matcher;
  if ("prefix" in matcher) return (value) => value !== null && value.startsWith(matcher.prefix);
  if ("suffix" in matcher) return (value) => value !== null && value.endsWith(matcher.suffix);
  if ("present" in matcher) return (value) => (value !== null) === matcher.present;
  if ("not" in matcher) {
    const test = compileTest(matcher.not);
    return (value) => !test(value);
  }
  const matches = wholeMatch(matcher.regex);
  return (value) => value !== null && matches(value);
}

/** Patterns and conditions in words, as a policy writes them. */
import type { Condition, HostPattern, PathPattern, StringMatcher } from "../plan/table.ts";

/** What stands in an explanation of what a request holds: longer values are cut. */
const LONGEST_VALUE = 80;

export function hostInWords(pattern: HostPattern): string {
  if (pattern.kind === "any") return "every host";
  return pattern.kind === "exact" ? pattern.name : `*.${pattern.name}`;
}

export function pathInWords(pattern: PathPattern): string {
  if (pattern.kind === "regex") return `the regex ${pattern.pattern}`;
  return pattern.kind === "exact" ? pattern.path : `${pattern.path}/*`;
}

/** A condition that does not hold, and what there is instead: `header x-beta is absent, must be "yes"`. */
export function missed(condition: Condition, value: string | null): string {
  if (condition.on === "method") return `method is ${value}, not ${oneOf(condition.methods)}`;
  const subject = condition.on === "query" ? "query parameter" : condition.on;
  return `${subject} ${condition.name} is ${valueInWords(value)}, must ${
    wanted(condition.matcher)
  }`;
}

/** `a`, `a or b`, `a, b or c`; of many, the first few. */
export function oneOf(texts: Iterable<string>): string {
  const all = [...new Set(texts)];
  const shown = all.length > 4 ? [...all.slice(0, 3), `${all.length - 3} others`] : all;
  const last = shown.pop() ?? "";
  return shown.length === 0 ? last : `${shown.join(", ")} or ${last}`;
}

function valueInWords(value: string | null): string {
  if (value === null) return "absent";
  return value.length > LONGEST_VALUE
    ? `${JSON.stringify(value.slice(0, LONGEST_VALUE))}… (${value.length} characters)`
    : JSON.stringify(value);
}

/** Behind "must" or "must not". */
function wanted(matcher: StringMatcher): string {
  if (typeof matcher === "string") return `be ${JSON.stringify(matcher)}`;
  if ("prefix" in matcher) return `start with ${JSON.stringify(matcher.prefix)}`;
  if ("suffix" in matcher) return `end with ${JSON.stringify(matcher.suffix)}`;
  if ("regex" in matcher) return `match the regex ${matcher.regex}`;
  if ("present" in matcher) return matcher.present ? "be there" : "be absent";
  return `not ${wanted(matcher.not)}`;
}

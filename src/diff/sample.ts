/** For a rule, a request that it takes unless a better one does: made up, and checked by the matchers. */
import { takesHost, takesPath } from "../match/pattern.ts";
import { allHold } from "../match/value.ts";
import type {
  HostPattern,
  PathPattern,
  PlacedRule,
  RequestFacts,
  StringMatcher,
  ValueCondition,
} from "../plan/table.ts";
import { exampleOf } from "./regex_example.ts";

/** A name that no other rule asks for, unless it asks for any. */
const ANY = "limen-sample";

/** @returns `null` when none was found, which happens where regexes are concerned */
export function sampleOf({ host, path, rule }: PlacedRule): RequestFacts | null {
  const headers = new Map<string, string>();
  const query: string[] = [];
  const cookies: string[] = [];
  let method = "GET";
  for (const condition of rule.conditions) {
    if (condition.on === "method") {
      if (!condition.methods.has(method)) method = [...condition.methods][0] ?? method;
      continue;
    }
    const value = valueFor(condition);
    if (value === null) continue;
    if (condition.on === "header") headers.set(condition.name, value);
    else if (condition.on === "cookie") cookies.push(`${condition.name}=${value}`);
    else query.push(`${encodeURIComponent(condition.name)}=${encodeURIComponent(value)}`);
  }
  if (cookies.length > 0) headers.set("cookie", cookies.join("; "));
  const facts: RequestFacts = {
    method,
    host: hostFor(host),
    path: pathFor(path),
    query: query.join("&"),
    header: (name) => headers.get(name) ?? null,
  };
  const isTaken = takesHost(host, facts.host) && takesPath(path, facts.path) &&
    allHold(rule.conditions, facts);
  return isTaken ? facts : null;
}

function hostFor(host: HostPattern): string {
  if (host.kind === "any") return `${ANY}.invalid`;
  return host.kind === "exact" ? host.name : `${ANY}.${host.name}`;
}

function pathFor(path: PathPattern): string {
  if (path.kind === "regex") return exampleOf(path.pattern);
  return path.kind === "exact" ? path.path : `${path.path}/${ANY}`;
}

/** @returns `null`: absent */
function valueFor({ matcher, test }: ValueCondition): string | null {
  const candidates: readonly (string | null)[] = [likely(matcher), ANY, null];
  return candidates.find((value) => test(value)) ?? null;
}

function likely(matcher: StringMatcher): string | null {
  if (typeof matcher === "string") return matcher;
  if ("prefix" in matcher) return matcher.prefix;
  if ("suffix" in matcher) return matcher.suffix;
  return "regex" in matcher ? exampleOf(matcher.regex) : null;
}

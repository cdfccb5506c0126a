/** String matchers: the regexes inside headers, query and cookies. */
import type { Path } from "../finding.ts";
import type { PolicyStringMatcher } from "../schema/policy.ts";
import type { Regexes } from "./regex.ts";

export function checkMatchers(
  matchers: Readonly<Record<string, PolicyStringMatcher>>,
  path: Path,
  regexes: Regexes,
): void {
  for (const [name, matcher] of Object.entries(matchers)) {
    checkMatcher(matcher, [...path, name], regexes);
  }
}

function checkMatcher(matcher: PolicyStringMatcher, path: Path, regexes: Regexes): void {
  if (typeof matcher === "string") return;
  if ("regex" in matcher) regexes.check(matcher.regex, [...path, "regex"]);
  if ("not" in matcher) checkMatcher(matcher.not, [...path, "not"], regexes);
}

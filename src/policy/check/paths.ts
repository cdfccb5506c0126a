/** Paths and patterns: what a route matches, and what it makes of the path. */
import type { Path, Report } from "../finding.ts";
import type { PolicyMatch, PolicyRoute } from "../schema/policy.ts";
import type { Part, View } from "../view.ts";
import { checkDistinct } from "./headers.ts";
import { checkMatchers } from "./matchers.ts";
import { patternProblem, replacementProblem } from "./path_text.ts";
import { checkTemplate, Regexes } from "./regex.ts";

export function checkPaths(view: View, report: Report): void {
  const regexes = new Regexes(report);
  for (const route of view.routes) {
    for (const { entry, path } of entries(route)) checkEntry(entry, path, regexes, report);
    checkChange(route, "rewrite", regexes, report);
    checkChange(route, "redirect", regexes, report);
  }
}

/** The entries of a route's `match`, each with its place. */
export function entries(
  { path, value: { match } }: Pick<Part<PolicyRoute>, "path" | "value">,
): { readonly entry: PolicyMatch; readonly path: Path }[] {
  const at = [...path, "match"];
  if (match === undefined) return [];
  if (!Array.isArray(match)) return [{ entry: match, path: at }];
  const list: { entry: PolicyMatch; path: Path }[] = [];
  match.forEach((entry, index) => list.push({ entry, path: [...at, index] }));
  return list;
}

function checkEntry(entry: PolicyMatch, path: Path, regexes: Regexes, report: Report): void {
  if (typeof entry.path === "string") {
    const problem = patternProblem(entry.path);
    if (problem !== null) report("badPath", [...path, "path"], problem);
  } else if (entry.path !== undefined) {
    regexes.check(entry.path.regex, [...path, "path", "regex"]);
  }
  checkMatchers(entry.headers ?? {}, [...path, "headers"], regexes);
  checkDistinct(Object.keys(entry.headers ?? {}), [...path, "headers"], report);
  checkMatchers(entry.query ?? {}, [...path, "query"], regexes);
  checkMatchers(entry.cookies ?? {}, [...path, "cookies"], regexes);
}

function checkChange(
  route: Part<PolicyRoute>,
  field: "rewrite" | "redirect",
  regexes: Regexes,
  report: Report,
): void {
  const change = route.value[field]?.path;
  if (change === undefined) return;
  const at = [...route.path, field, "path"];
  if ("regex" in change) {
    const groups = regexes.check(change.regex, [...at, "regex"]);
    checkTemplate(change.with, groups, [...at, "with"], report);
    return;
  }
  const [kind, to] = "prefix" in change ? ["prefix", change.prefix] : ["full", change.full];
  const problem = replacementProblem(to);
  if (problem !== null) report("badPath", [...at, kind], problem);
  if (kind === "prefix" && entries(route).some(({ entry }) => typeof entry.path === "object")) {
    const message = 'the route matches by a regex, which has no prefix: use "full" or "regex"';
    report("noPrefix", [...at, kind], message, "key");
  }
}

/** Which requests a route takes, in words: `GET shop.example.com/cart/* with header x-beta yes`. */
import type { PolicyMatch } from "../policy/schema/policy.ts";
import type { HostPattern, PlacedRule } from "../plan/table.ts";
import { inWords, without } from "./json.ts";

/** @param host as the policy writes it; absent: every host */
export function matchInWords(match: PolicyMatch, host = ""): string {
  const { path, method } = match;
  const methods = [method ?? []].flat().join(" or ");
  const where = typeof path === "object"
    ? [host, `paths matching ${path.regex}`].filter(Boolean).join(" ")
    : host + (path ?? (host === "" ? "" : "/*"));
  const conditions = (["headers", "query", "cookies"] as const).flatMap((field) =>
    Object.entries(match[field] ?? {}).map(([name, matcher]) =>
      `${SUBJECTS[field]} ${name} ${inWords(matcher)}`
    )
  );
  const rest = without(match, ["path", "method", "headers", "query", "cookies"]);
  const others = Object.entries(rest).map(([field, value]) => `${field} ${inWords(value)}`);
  const all = [...conditions, ...others];
  const requests = [methods, where].filter(Boolean).join(" ") || "every request";
  return all.length === 0 ? requests : `${requests} with ${all.join(" and ")}`;
}

const SUBJECTS = { headers: "header", query: "parameter", cookies: "cookie" } as const;

/** The same of one rule of a plan. */
export function ruleInWords({ host, path, rule }: PlacedRule): string {
  const written: { -readonly [Key in keyof PolicyMatch]: PolicyMatch[Key] } = {};
  if (path.kind === "regex") written.path = { regex: path.pattern };
  else if (path.kind === "exact") written.path = path.path;
  else if (path.path !== "") written.path = `${path.path}/*`;
  for (const condition of rule.conditions) {
    if (condition.on === "method") written.method = [...condition.methods];
    else {
      const field = FIELDS[condition.on];
      // A plan holds matchers as the policy writes them.
      written[field] = { ...written[field], [condition.name]: condition.matcher } as NonNullable<
        PolicyMatch[typeof field]
      >;
    }
  }
  return matchInWords(written, hostInWords(host));
}

const FIELDS = { header: "headers", query: "query", cookie: "cookies" } as const;

function hostInWords(host: HostPattern): string {
  if (host.kind === "any") return "";
  return host.kind === "exact" ? host.name : `*.${host.name}`;
}

/** How a path is changed on its way: by prefix, wholly, or by an RE2 pattern. */
import { RE2JS } from "re2js";
import { normalizePath } from "../match/path.ts";
import type { PathChangePlan } from "../plan/plan.ts";
import type { PolicyRoute } from "../policy/schema/policy.ts";
import { policyPath, policyPrefix } from "./paths.ts";

type PolicyPathChange = NonNullable<NonNullable<PolicyRoute["rewrite"]>["path"]>;

export function compilePathChange(written: PolicyPathChange | undefined): PathChangePlan | null {
  if (written === undefined) return null;
  if ("full" in written) return { kind: "full", to: policyPath(written.full) };
  if ("regex" in written) {
    return { kind: "regex", apply: substitution(written.regex, written.with) };
  }
  return { kind: "prefix", to: policyPrefix(written.prefix.replace(/\/$/, "")) };
}

/** Text to insert, or the number of a group. */
type Part = string | number;

/**
 * Replaces every match, as Envoy's `regex_rewrite` does. The result is made a
 * valid path: rooted, encoded, normalised.
 *
 * @param template `\0` to `\9` are groups (RE2 `Replace`), `\\` is a backslash
 */
function substitution(pattern: string, template: string): (path: string) => string {
  const parts = parseTemplate(template);
  let compiled: RE2JS | null = null;
  return (path) => validPath(replaceAll(compiled ??= RE2JS.compile(pattern), parts, path));
}

function parseTemplate(template: string): Part[] {
  return template.split(/(\\[0-9\\])/).map((piece) => {
    if (piece === "\\\\") return "\\";
    return /^\\[0-9]$/.test(piece) ? Number(piece[1]) : piece;
  });
}

function replaceAll(pattern: RE2JS, parts: readonly Part[], path: string): string {
  const matcher = pattern.matcher(path);
  const groups = matcher.groupCount();
  let out = "";
  let done = -1;
  while (matcher.find()) {
    // RE2's GlobalReplace takes no empty match right behind another one: `.*` matches once.
    if (matcher.end() === done) continue;
    out += path.slice(Math.max(done, 0), matcher.start());
    for (const part of parts) {
      if (typeof part === "string") out += part;
      else if (part <= groups) out += matcher.group(part) ?? "";
    }
    done = matcher.end();
  }
  return out + path.slice(Math.max(done, 0));
}

// deno-lint-ignore no-control-regex
const refused = /[\x00-\x1f\x7f\\]|%(?![0-9a-f]{2})/gi;

function validPath(text: string): string {
  const rooted = text.startsWith("/") ? text : "/" + text;
  const encoded = rooted.replace(refused, (found) => encodeURIComponent(found));
  // NUL is refused even when it is encoded; the text of its escape is not.
  return normalizePath(encoded.replaceAll("%00", "%2500"))!;
}

/** Header edits: names that only the gateway may set, and names given twice. */
import type { Path, Report } from "../finding.ts";
import type { PolicyHeaderEdits, PolicyHeaders } from "../schema/policy.ts";
import type { View } from "../view.ts";

/** RFC 9110 §7.6.1 and what older proxies treat alike: they belong to one connection. */
const hopByHop: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export function checkHeaders(view: View, report: Report): void {
  checkPolicy(view.defaults.headers, ["defaults", "headers"], report);
  for (const { path, value } of view.routes) {
    checkPolicy(value.headers, [...path, "headers"], report);
    if (Array.isArray(value.split)) {
      value.split.forEach((member, index) =>
        checkPolicy(member.headers, [...path, "split", index, "headers"], report)
      );
    }
    if (value.respond?.headers) {
      const at = [...path, "respond", "headers"];
      checkNames(Object.keys(value.respond.headers), at, "response", report);
    }
  }
}

type Direction = "request" | "response";

function checkPolicy(headers: PolicyHeaders | undefined, path: Path, report: Report): void {
  checkEdits(headers?.request, [...path, "request"], "request", report);
  checkEdits(headers?.response, [...path, "response"], "response", report);
}

function checkEdits(
  edits: PolicyHeaderEdits | undefined,
  path: Path,
  direction: Direction,
  report: Report,
): void {
  checkNames(Object.keys(edits?.set ?? {}), [...path, "set"], direction, report);
  checkNames(Object.keys(edits?.add ?? {}), [...path, "add"], direction, report);
  edits?.remove?.forEach((name, index) =>
    checkName(name, [...path, "remove", index], direction, report)
  );
}

/** Names that stand in one object. */
export function checkNames(
  names: readonly string[],
  path: Path,
  direction: Direction,
  report: Report,
): void {
  checkDistinct(names, path, report);
  for (const name of names) checkName(name, [...path, name], direction, report);
}

/** Header names compare without case, JSON keys with. */
export function checkDistinct(names: readonly string[], path: Path, report: Report): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const first = seen.get(name.toLowerCase());
    if (first === undefined) seen.set(name.toLowerCase(), name);
    else report("duplicateHeader", [...path, name], `the same header as "${first}"`, "key");
  }
}

function checkName(name: string, path: Path, direction: Direction, report: Report): void {
  const lower = name.toLowerCase();
  const reason = hopByHop.has(lower)
    ? "it is about one connection, which the gateway alone knows"
    : lower === "content-length"
    ? "it follows from the body"
    : lower === "host" && direction === "request"
    ? "use rewrite.host, or the cluster's host"
    : null;
  if (reason !== null) {
    report("forbiddenHeader", path, `"${name}" can't be edited: ${reason}`, "key");
  }
}

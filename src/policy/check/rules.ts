/** Routes as single rules: one host, one path, conditions that must all hold. */
import type { PolicyMatch, PolicyRoute } from "../schema/policy.ts";
import type { Part } from "../view.ts";
import { entries } from "./paths.ts";

/** Beyond this many methods in one entry, the list counts as one condition. */
const MOST_METHODS = 16;

export interface Rule {
  /** Lower case; "" is every host. */
  readonly host: string;
  readonly path: PathKey;
  /** Sorted; equal conditions have equal texts. */
  readonly conditions: readonly string[];
}

/** `=/a` is exact, `^/a` a prefix without its final slash, `~…` a regex. */
export type PathKey = string;

export function pathKey(path: PolicyMatch["path"]): PathKey {
  if (path === undefined) return "^";
  if (typeof path !== "string") return `~${path.regex}`;
  return path.endsWith("/*") ? `^${path.slice(0, -2)}` : `=${path}`;
}

/** How many rules a route becomes; methods are not counted. */
export function countRules({ value }: Part<PolicyRoute>): number {
  const matches = Array.isArray(value.match) ? value.match.length : 1;
  return matches * Math.max(value.hosts?.length ?? 1, 1);
}

export function* rulesOf(route: Part<PolicyRoute>): Iterable<Rule> {
  const matches = entries(route);
  const hosts: string[] = [];
  route.value.hosts?.forEach((host) => hosts.push(host.toLowerCase()));
  for (const { entry } of matches.length === 0 ? [{ entry: {} as PolicyMatch }] : matches) {
    const path = pathKey(entry.path);
    const shared = conditionsOf(entry);
    for (const method of methodsOf(entry)) {
      const conditions = method === null ? shared : [...shared, method].sort();
      for (const host of hosts.length === 0 ? [""] : hosts) yield { host, path, conditions };
    }
  }
}

function conditionsOf(entry: PolicyMatch): readonly string[] {
  const list: string[] = [];
  for (const field of ["headers", "query", "cookies"] as const) {
    for (const [name, matcher] of Object.entries(entry[field] ?? {})) {
      const key = field === "headers" ? name.toLowerCase() : name;
      list.push(`${field} ${JSON.stringify([key, matcher])}`);
    }
  }
  return list.sort();
}

function methodsOf({ method }: PolicyMatch): readonly (string | null)[] {
  if (method === undefined) return [null];
  const methods = [...new Set(Array.isArray(method) ? method : [method])].sort();
  if (methods.length > MOST_METHODS) return [`method ${methods.join()}`];
  return methods.map((name) => `method ${name}`);
}

/** The path itself and every path pattern that takes all that it takes, the closest first. */
export function pathsAround(path: PathKey): readonly PathKey[] {
  const around = [path];
  if (path.startsWith("~")) return path === "~" ? around : [...around, "^"];
  let prefix = path.slice(1);
  if (path.startsWith("=")) around.push(`^${prefix}`);
  for (let steps = 0; prefix !== "" && steps < 32; steps++) {
    prefix = prefix.slice(0, Math.max(prefix.lastIndexOf("/"), 0));
    around.push(`^${prefix}`);
  }
  return around;
}

/** The host itself and every pattern that takes all that it takes, the closest first. */
export function hostsAround(host: string): readonly string[] {
  if (host === "") return [""];
  const labels = host.split(".").slice(-10);
  const parents = labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join(".")}`);
  return [...new Set([host, ...parents, ""])];
}

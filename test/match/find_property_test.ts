/** The route table against a linear scan that follows the contract's words. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { compileTable } from "../../src/compile/table.ts";
import { find } from "../../src/match/find.ts";
import type {
  PolicyMatch,
  PolicyRoute,
  PolicyStringMatcher,
} from "../../src/policy/schema/policy.ts";
import { factsOfSketch, request, type SketchedRequest, tables } from "./arbitrary.ts";

/** One entry for one host, with what the order of rules looks at, greatest first. */
interface Candidate {
  readonly route: number;
  readonly prefix: string | null;
  readonly key: readonly number[];
}

function reference(routes: readonly PolicyRoute[], request: SketchedRequest): Candidate | null {
  const candidates: Candidate[] = [];
  routes.forEach((route, position) => {
    for (const entry of route.match === undefined ? [{}] : [route.match].flat()) {
      for (const host of route.hosts ?? [null]) {
        if (!hostHolds(host, request.host) || !entryHolds(entry, request)) continue;
        const { kind, length, prefix } = pathSpecificity(entry.path);
        const size = (conditions: object = {}): number => Object.keys(conditions).length;
        candidates.push({
          route: position,
          prefix,
          key: [
            route.precedence ?? 0,
            host === null ? 0 : host.startsWith("*") ? 1 : 2,
            host?.length ?? 0,
            kind,
            length,
            entry.method === undefined ? 0 : 1,
            size(entry.headers),
            size(entry.query),
            size(entry.cookies),
          ],
        });
      }
    }
  });
  return candidates.reduce<Candidate | null>(
    (best, next) => best === null || greater(next.key, best.key) ? next : best,
    null,
  );
}

function greater(a: readonly number[], b: readonly number[]): boolean {
  const i = a.findIndex((value, i) => value !== b[i]);
  return i >= 0 && a[i]! > b[i]!;
}

function hostHolds(pattern: string | null, host: string): boolean {
  if (pattern === null) return true;
  return pattern.startsWith("*") ? host.endsWith(pattern.slice(1)) : host === pattern;
}

function pathSpecificity(
  path: PolicyMatch["path"],
): { kind: number; length: number; prefix: string | null } {
  if (path === undefined || path === "/*") return { kind: 0, length: 0, prefix: "" };
  if (typeof path !== "string") return { kind: 1, length: path.regex.length, prefix: null };
  if (!path.endsWith("/*")) return { kind: 3, length: 0, prefix: null };
  return { kind: 2, length: path.length, prefix: path.slice(0, -2) };
}

function entryHolds(entry: PolicyMatch, request: SketchedRequest): boolean {
  return pathHolds(entry.path, request.path) &&
    (entry.method === undefined || [entry.method].flat().includes(request.method)) &&
    all(entry.headers, { x: request.x, y: request.y }) &&
    all(entry.query, { q: request.q }) &&
    all(entry.cookies, { c: request.c });
}

function pathHolds(pattern: PolicyMatch["path"], path: string): boolean {
  if (pattern === undefined) return true;
  // The patterns used here mean the same to RE2 and to JavaScript.
  if (typeof pattern !== "string") return new RegExp(`^(?:${pattern.regex})$`).test(path);
  if (!pattern.endsWith("/*")) return path === pattern;
  const prefix = pattern.slice(0, -2);
  return path === prefix || path.startsWith(prefix + "/");
}

const all = (
  matchers: Readonly<Record<string, PolicyStringMatcher>> = {},
  values: Readonly<Record<string, string | null>>,
): boolean => Object.entries(matchers).every(([name, matcher]) => holds(matcher, values[name]!));

function holds(matcher: PolicyStringMatcher, value: string | null): boolean {
  if (typeof matcher === "string") return value === matcher;
  if ("not" in matcher) return !holds(matcher.not, value);
  if ("present" in matcher) return matcher.present === (value !== null);
  if (value === null) return false;
  if ("prefix" in matcher) return value.startsWith(matcher.prefix);
  if ("suffix" in matcher) return value.endsWith(matcher.suffix);
  return new RegExp(`^(?:${matcher.regex})$`).test(value);
}

for (const [name, routes] of tables) {
  Deno.test(`find: tables ${name} give what a linear scan gives`, () => {
    fc.assert(
      fc.property(
        routes,
        fc.array(request, { minLength: 20, maxLength: 20 }),
        (routes, requests) => {
          const table = compileTable(routes);
          for (const request of requests) {
            const found = find(table, factsOfSketch(request));
            const want = reference(routes, request);
            assert.deepEqual(
              found && { route: found.route, prefix: found.prefix },
              want && { route: want.route, prefix: want.prefix },
            );
          }
        },
      ),
      { numRuns: 300 },
    );
  });
}

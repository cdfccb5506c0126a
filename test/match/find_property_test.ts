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
import { factsOf } from "./facts.ts";

interface Request {
  method: string;
  host: string;
  path: string;
  x: string | null;
  y: string | null;
  q: string | null;
  c: string | null;
}

/** One entry for one host, with what the order of rules looks at, greatest first. */
interface Candidate {
  readonly route: number;
  readonly prefix: string | null;
  readonly key: readonly number[];
}

function reference(routes: readonly PolicyRoute[], request: Request): Candidate | null {
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

function entryHolds(entry: PolicyMatch, request: Request): boolean {
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

const value = fc.constantFrom("1", "2", "12", "21");
const plainMatcher: fc.Arbitrary<Exclude<PolicyStringMatcher, { not: unknown }>> = fc.oneof(
  { weight: 6, arbitrary: value },
  value.map((prefix) => ({ prefix })),
  value.map((suffix) => ({ suffix })),
  fc.constantFrom({ regex: "1.*" }, { regex: "1|2" }),
  fc.boolean().map((present) => ({ present })),
);
const matcher: fc.Arbitrary<PolicyStringMatcher> = fc.oneof(
  { weight: 5, arbitrary: plainMatcher },
  plainMatcher.map((not) => ({ not })),
);

const exactOrPrefix = ["/", "/*", "/a", "/a/", "/a/*", "/a/b", "/a/b/*", "/a//*", "//*", "/b/*"];
const patterns = [
  "/a/.*",
  "/a/[bc]",
  "/.*",
  "/(a|b)/.*",
  "/a/?",
  "/a|/b",
  "/a/b+",
  ".*",
  "^/a/b$",
  "/a/*b",
  "/a/b{0}",
  "/a/(b|/)",
  "/b/[|(]|/a",
  "a",
  "/a/b",
  "/a/+b",
  "/a(/b)?",
  "/a/b?",
  "/(?:a|/)",
  "/a/b|/a/c",
];

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });

/** Leaves out what is `undefined`, as a parsed document does. */
const compact = <T extends object>(record: T): T =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;

const method = fc.constantFrom("GET", "PUT", "POST");

function entryOf(path: fc.Arbitrary<PolicyMatch["path"]>): fc.Arbitrary<PolicyMatch> {
  return fc.record({
    path,
    method: optional(fc.oneof(method, fc.uniqueArray(method, { minLength: 1 }))),
    headers: optional(fc.record({ x: optional(matcher), y: optional(matcher) }).map(compact)),
    query: optional(fc.record({ q: matcher })),
    cookies: optional(fc.record({ c: matcher })),
  }).map((entry) => compact(entry) as PolicyMatch);
}

function routesOf(path: fc.Arbitrary<PolicyMatch["path"]>): fc.Arbitrary<PolicyRoute[]> {
  const host = fc.constantFrom("a.com", "b.a.com", "*.com", "*.a.com", "*.b.a.com", "*.b.com");
  const route = fc.record({
    name: fc.constant("r"),
    to: fc.constant("a"),
    hosts: optional(fc.uniqueArray(host, { minLength: 1, maxLength: 3 })),
    match: optional(
      fc.oneof(entryOf(path), fc.array(entryOf(path), { minLength: 1, maxLength: 3 })),
    ),
    precedence: optional(fc.constantFrom(-1, 0, 0, 1)),
  }).map((route) => compact(route) as PolicyRoute);
  return fc.array(route, { maxLength: 60, size: "max" });
}

const request: fc.Arbitrary<Request> = fc.record({
  method,
  host: fc.constantFrom("a.com", "b.a.com", "x.b.a.com", "com", "b.com", "x.y.b.com", "other"),
  path: fc.constantFrom(
    "/",
    "/a",
    "/a/",
    "/a/b",
    "/a/bb",
    "/a/b/c",
    "/a//b",
    "//",
    "/b",
    "/b/(",
    "/ab",
    "/c",
  ),
  x: fc.option(value, { nil: null }),
  y: fc.option(value, { nil: null }),
  q: fc.option(value, { nil: null }),
  c: fc.option(value, { nil: null }),
});

const anyPath = optional(fc.oneof(
  fc.constantFrom(...exactOrPrefix),
  fc.constantFrom(...patterns).map((regex) => ({ regex })),
));

const tables: readonly [name: string, fc.Arbitrary<PolicyRoute[]>][] = [
  ["of all kinds", routesOf(anyPath)],
  ["with regexes only", routesOf(fc.constantFrom(...patterns).map((regex) => ({ regex })))],
  // All in one bucket, so that its index of exact values is put to the test.
  ["for one path", routesOf(fc.constant("/a/*")).map((routes) => routes.map(withoutHosts))],
];

const withoutHosts = ({ hosts: _, ...route }: PolicyRoute): PolicyRoute => route;

for (const [name, routes] of tables) {
  Deno.test(`find: tables ${name} give what a linear scan gives`, () => {
    fc.assert(
      fc.property(
        routes,
        fc.array(request, { minLength: 20, maxLength: 20 }),
        (routes, requests) => {
          const table = compileTable(routes);
          for (const request of requests) {
            const headers = compact({
              x: request.x ?? undefined,
              y: request.y ?? undefined,
              cookie: request.c === null ? undefined : `z=9; c=${request.c}`,
            }) as Record<string, string>;
            const query = request.q === null ? "z=9" : `z=9&q=${request.q}`;
            const found = find(table, factsOf({ ...request, headers, query }));
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

/** Random routes and requests that are likely to meet. */
import * as fc from "fast-check";
import type {
  PolicyMatch,
  PolicyRoute,
  PolicyStringMatcher,
} from "../../src/policy/schema/policy.ts";
import type { RequestFacts } from "../../src/plan/table.ts";
import { factsOf } from "./facts.ts";

/** A request by what the routes below look at. */
export interface SketchedRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly x: string | null;
  readonly y: string | null;
  readonly q: string | null;
  readonly c: string | null;
}

export function factsOfSketch(request: SketchedRequest): RequestFacts {
  const headers = compact({
    x: request.x ?? undefined,
    y: request.y ?? undefined,
    cookie: request.c === null ? undefined : `z=9; c=${request.c}`,
  }) as Record<string, string>;
  const query = request.q === null ? "z=9" : `z=9&q=${request.q}`;
  return factsOf({ ...request, headers, query });
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

export const request: fc.Arbitrary<SketchedRequest> = fc.record({
  method,
  host: fc.constantFrom(
    "a.com",
    "b.a.com",
    "x.b.a.com",
    "com",
    "b.com",
    "x.y.b.com",
    "ba.com",
    "other",
  ),
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

/** Tables of several kinds. */
export const tables: readonly [name: string, fc.Arbitrary<PolicyRoute[]>][] = [
  ["of all kinds", routesOf(anyPath)],
  ["with regexes only", routesOf(fc.constantFrom(...patterns).map((regex) => ({ regex })))],
  // All in one bucket, so that its index of exact values is put to the test.
  ["for one path", routesOf(fc.constant("/a/*")).map((routes) => routes.map(withoutHosts))],
];

const withoutHosts = ({ hosts: _, ...route }: PolicyRoute): PolicyRoute => route;

import assert from "node:assert/strict";
import { compileTable } from "../../src/compile/table.ts";
import { find } from "../../src/match/find.ts";
import type { RequestFacts } from "../../src/plan/table.ts";
import type { PolicyMatch, PolicyRoute } from "../../src/policy/schema/policy.ts";
import { factsOf, type Sketch } from "./facts.ts";

type RouteSketch = Omit<PolicyRoute, "name">;

const build = (routes: readonly RouteSketch[]): ReturnType<typeof compileTable> =>
  compileTable(routes.map((route, i) => ({ name: `r${i}`, to: "a", ...route })));

/** Position of the route that takes the request. */
function winner(routes: readonly RouteSketch[], request: Sketch): number | null {
  return find(build(routes), factsOf(request))?.route ?? null;
}

const on = (match: PolicyMatch): RouteSketch => ({ match });

// In each row both routes take the request, and the second is the better one.
const precedence: readonly [name: string, RouteSketch, RouteSketch, Sketch][] = [
  [
    "precedence before host",
    { hosts: ["h.example"], match: { path: "/a" } },
    { precedence: 1 },
    { path: "/a" },
  ],
  ["no precedence is 0", { precedence: -1, match: { path: "/a" } }, {}, { path: "/a" }],
  [
    "exact host before wildcard",
    { hosts: ["*.example"], match: { path: "/a" } },
    { hosts: ["h.example"] },
    { path: "/a" },
  ],
  [
    "longer wildcard before shorter",
    { hosts: ["*.example"], match: { path: "/a" } },
    { hosts: ["*.b.example"] },
    { host: "a.b.example", path: "/a" },
  ],
  ["wildcard before none", { match: { path: "/a" } }, { hosts: ["*.example"] }, { path: "/a" }],
  ["exact path before prefix", on({ path: "/a/*" }), on({ path: "/a" }), { path: "/a" }],
  ["longer prefix before shorter", on({ path: "/a/*" }), on({ path: "/a/b/*" }), {
    path: "/a/b/c",
  }],
  [
    "prefix before regex",
    on({ path: { regex: "/a/long/pattern|.*" } }),
    on({ path: "/a/*" }),
    { path: "/a/b" },
  ],
  [
    "longer regex before shorter",
    on({ path: { regex: "/a/.*" } }),
    on({ path: { regex: "/a/[a-z]" } }),
    { path: "/a/b" },
  ],
  ["regex before everything", on({ method: "GET" }), on({ path: { regex: ".*" } }), {}],
  [
    "path before method",
    on({ path: "/a/*", method: "GET" }),
    on({ path: "/a/b/*" }),
    { path: "/a/b" },
  ],
  [
    "method before headers",
    on({ headers: { x: "1" } }),
    on({ method: "GET" }),
    { headers: { x: "1" } },
  ],
  [
    "more headers before fewer, and before query",
    on({ headers: { x: "1" }, query: { q: "1" } }),
    on({ headers: { x: "1", y: "1" } }),
    { headers: { x: "1", y: "1" }, query: "q=1" },
  ],
  [
    "more query before fewer, and before cookies",
    on({ cookies: { c: "1" } }),
    on({ query: { q: "1" } }),
    { headers: { cookie: "c=1" }, query: "q=1" },
  ],
  ["cookies before none", on({}), on({ cookies: { c: "1" } }), { headers: { cookie: "c=1" } }],
];

for (const [name, worse, better, request] of precedence) {
  Deno.test(`find: ${name}`, () => {
    assert.equal(winner([worse], request), 0);
    assert.equal(winner([worse, better], request), 1);
    assert.equal(winner([better, worse], request), 0);
  });
}

const rows: readonly [name: string, readonly RouteSketch[], Sketch, number | null][] = [
  ["nothing in an empty table", [], {}, null],
  ["a route without match takes all", [{}], { path: "/x" }, 0],
  ["/* is no condition", [on({}), on({ path: "/*" })], {}, 0],
  [
    "the order of the document at last",
    [on({ path: "/a" }), on({ path: "/a" })],
    { path: "/a" },
    0,
  ],
  ["any entry of match", [{ match: [{ path: "/a" }, { path: "/b" }] }], { path: "/b" }, 0],
  ["every condition of an entry", [on({ path: "/a", method: "PUT" })], { path: "/a" }, null],
  ["one of several methods", [on({ method: ["PUT", "GET"] })], {}, 0],
  ["hosts without case", [{ hosts: ["H.Example"] }], {}, 0],
  ["hosts in Unicode", [{ hosts: ["bücher.example"] }], { host: "xn--bcher-kva.example" }, 0],
  ["* as a host is every host", [{ hosts: ["*"] }], {}, 0],
  ["wildcard takes one label", [{ hosts: ["*.foo.com"] }], { host: "a.foo.com" }, 0],
  ["wildcard takes several labels", [{ hosts: ["*.foo.com"] }], { host: "a.b.foo.com" }, 0],
  ["wildcard doesn't take none", [{ hosts: ["*.foo.com"] }], { host: "foo.com" }, null],
  ["wildcard doesn't take an empty label", [{ hosts: ["*.foo.com"] }], { host: ".foo.com" }, null],
  ["wildcard ends at a dot", [{ hosts: ["*.foo.com"] }], { host: "a.xfoo.com" }, null],
  [
    "the best host's routes don't hide the others'",
    [{ hosts: ["h.example"], match: { path: "/a" } }, on({ path: "/b" })],
    { path: "/b" },
    1,
  ],
  ["prefix takes itself", [on({ path: "/a/*" })], { path: "/a" }, 0],
  ["prefix takes itself with a slash", [on({ path: "/a/*" })], { path: "/a/" }, 0],
  ["prefix takes what is below", [on({ path: "/a/*" })], { path: "/a/b/c" }, 0],
  ["prefix goes by segments", [on({ path: "/a/*" })], { path: "/ab" }, null],
  ["prefix compares with case", [on({ path: "/a/*" })], { path: "/A" }, null],
  ["prefix with an empty segment", [on({ path: "/a//*" })], { path: "/a//b" }, 0],
  ["prefix with an empty segment takes no less", [on({ path: "/a//*" })], { path: "/a" }, null],
  ["exact is exact", [on({ path: "/a" })], { path: "/a/" }, null],
  ["policy paths are normalised", [on({ path: "/x/../caf%c3%a9" })], { path: "/caf%C3%A9" }, 0],
  ["policy prefixes are normalised", [on({ path: "/a/./*" })], { path: "/a/b" }, 0],
  ["an encoded slash separates nothing", [on({ path: "/a/*" })], { path: "/a%2Fb" }, null],
  ["regex matches the whole path", [on({ path: { regex: "/a" } })], { path: "/a/b" }, null],
  ["regex of several, by rank", regexes(), { path: "/r7x" }, 7],
  ["regex of several, none", regexes(), { path: "/s" }, null],
];

function regexes(): RouteSketch[] {
  return Array.from({ length: 9 }, (_, i) => on({ path: { regex: `/r${i}.*` } }));
}

for (const [name, routes, request, want] of rows) {
  Deno.test(`find: ${name}`, () => assert.equal(winner(routes, request), want));
}

const thousands: readonly [name: string, (i: number) => RouteSketch, (i: number) => Sketch][] = [
  ["hosts", (i) => ({ hosts: [`h${i}.example`] }), (i) => ({ host: `h${i}.example` })],
  ["wildcards", (i) => ({ hosts: [`*.h${i}.example`] }), (i) => ({ host: `x.h${i}.example` })],
  ["exact paths", (i) => on({ path: `/p${i}` }), (i) => ({ path: `/p${i}` })],
  ["prefixes", (i) => on({ path: `/p/${i}/*` }), (i) => ({ path: `/p/${i}/x` })],
  [
    "values of a header",
    (i) => on({ headers: { X: `v${i}`, y: "1" } }),
    (i) => ({ headers: { x: `v${i}`, y: "1" } }),
  ],
  ["values of a parameter", (i) => on({ query: { q: `${i}` } }), (i) => ({ query: `a=b&q=${i}` })],
  [
    "values of a cookie",
    (i) => on({ cookies: { c: `${i}` } }),
    (i) => ({ headers: { cookie: `b=1; c=${i}` } }),
  ],
  ["methods", (i) => on({ method: `M${i}` }), (i) => ({ method: `M${i}` })],
  [
    "pairs of headers",
    (i) => on({ headers: { x: `${i % 50}`, y: `${Math.floor(i / 50)}` } }),
    (i) => ({ headers: { x: `${i % 50}`, y: `${Math.floor(i / 50)}` } }),
  ],
  ["regexes", (i) => on({ path: { regex: `/p${i}/[0-9]+` } }), (i) => ({ path: `/p${i}/42` })],
];

for (const [name, route, request] of thousands) {
  Deno.test(`find: looks at a handful of rules among 3000 ${name}`, () => {
    const table = build(Array.from({ length: 3000 }, (_, i) => route(i)));
    for (const i of [0, 1499, 2999]) {
      const { facts, reads } = counting(request(i));
      assert.equal(find(table, facts)?.route, i);
      assert.ok(reads() < 20, `${reads()} reads of the request`);
    }
    assert.equal(find(table, factsOf({ host: "none", path: "/none/none", method: "NONE" })), null);
  });
}

/** Counts how often the request is asked for a method, a header or the query. */
function counting(request: Sketch): { facts: RequestFacts; reads: () => number } {
  let reads = 0;
  const plain = factsOf(request);
  const facts: RequestFacts = {
    host: plain.host,
    path: plain.path,
    get method(): string {
      reads++;
      return plain.method;
    },
    get query(): string {
      reads++;
      return plain.query;
    },
    header(name: string): string | null {
      reads++;
      return plain.header(name);
    },
  };
  return { facts, reads: () => reads };
}

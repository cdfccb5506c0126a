import assert from "node:assert/strict";
import * as fc from "fast-check";
import { compileTable } from "../../src/compile/table.ts";
import { consider, takes } from "../../src/explain/considered.ts";
import { find } from "../../src/match/find.ts";
import { listRules } from "../../src/match/list.ts";
import type { Plan, RoutePlan } from "../../src/plan/plan.ts";
import type { PolicyRoute } from "../../src/policy/schema/policy.ts";
import { factsOfSketch, request, tables } from "../match/arbitrary.ts";
import { factsOf, type Sketch } from "../match/facts.ts";

/** What routes do does not matter here. */
const planOfRoutes = (routes: readonly PolicyRoute[]): Pick<Plan, "routes" | "table"> => ({
  routes: routes.map(({ name }, index): RoutePlan => ({
    index,
    name,
    action: { kind: "respond", status: 200, headers: [], body: null },
    responseHeaders: null,
  })),
  table: compileTable(routes),
});

const route = (name: string, rest: Omit<PolicyRoute, "name"> = {}): PolicyRoute => ({
  name,
  to: "a",
  ...rest,
});

interface Row {
  readonly name: string;
  readonly routes: readonly PolicyRoute[];
  readonly request: Sketch;
  readonly route: string | null;
  readonly whys: Readonly<Record<string, string>>;
}

/** One route "it" that fails a request as told; nothing takes the request. */
const fails = (
  name: string,
  it: Omit<PolicyRoute, "name">,
  request: Sketch,
  why: string,
): Row => ({ name, routes: [route("it", it)], request, route: null, whys: { it: why } });

/** Two routes that both take the request; "it" loses. */
const loses = (
  name: string,
  it: Omit<PolicyRoute, "name">,
  winner: Omit<PolicyRoute, "name">,
  reason: string,
): Row => ({
  name,
  routes: [route("it", it), route("other", winner)],
  request: {
    host: "a.shop.example",
    path: "/shop/cart",
    query: "q=1",
    headers: { x: "1", y: "2", cookie: "c=1" },
  },
  route: "other",
  whys: { it: `matches too, but "other" goes first: ${reason}` },
});

const rows: readonly Row[] = [
  { name: "no routes", routes: [], request: {}, route: null, whys: {} },
  { name: "one route", routes: [route("all")], request: {}, route: "all", whys: {} },
  fails(
    "another host",
    { hosts: ["shop.example"] },
    { host: "cart.example" },
    "host is cart.example, not shop.example",
  ),
  fails(
    "a wildcard needs a label",
    { hosts: ["*.shop.example", "b.example"] },
    { host: "shop.example" },
    "host is shop.example, not b.example or *.shop.example",
  ),
  fails(
    "a wildcard takes whole labels",
    { hosts: ["*.shop.example"] },
    { host: "myshop.example" },
    "host is myshop.example, not *.shop.example",
  ),
  fails(
    "many hosts",
    { hosts: ["a.example", "b.example", "c.example", "d.example", "e.example"] },
    { host: "x.example" },
    "host is x.example, not a.example, b.example, c.example or 2 others",
  ),
  fails(
    "whole segments",
    { match: { path: "/shop/*" } },
    { path: "/shopping" },
    "path is /shopping, not /shop/*",
  ),
  fails(
    "several paths",
    { match: [{ path: "/a" }, { path: { regex: "/v[0-9]+" } }] },
    { path: "/b" },
    "path is /b, not /a or the regex /v[0-9]+",
  ),
  fails(
    "the paths of other hosts don't count",
    { hosts: ["a.example"], match: { path: "/a" } },
    { host: "b.example", path: "/a" },
    "host is b.example, not a.example",
  ),
  fails("a method", { match: { method: "PUT" } }, {}, "method is GET, not PUT"),
  fails(
    "methods",
    { match: { method: ["PUT", "POST", "DELETE"] } },
    { method: "GET" },
    "method is GET, not PUT, POST or DELETE",
  ),
  fails(
    "an absent header",
    { match: { headers: { "X-Beta": "yes" } } },
    {},
    'header x-beta is absent, must be "yes"',
  ),
  fails(
    "a header",
    { match: { headers: { "x-beta": { prefix: "y" } } } },
    { headers: { "x-beta": "no" } },
    'header x-beta is "no", must start with "y"',
  ),
  fails(
    "a suffix",
    { match: { query: { v: { suffix: "y" } } } },
    { query: "v=no" },
    'query parameter v is "no", must end with "y"',
  ),
  fails(
    "a regex",
    { match: { cookies: { c: { regex: "a+" } } } },
    { headers: { cookie: "c=b" } },
    'cookie c is "b", must match the regex a+',
  ),
  fails(
    "presence",
    { match: { query: { v: { present: true }, w: { present: false } } } },
    { query: "w=" },
    'query parameter v is absent, must be there; query parameter w is "", must be absent',
  ),
  fails(
    "a negation",
    { match: { headers: { x: { not: "1" } } } },
    { headers: { x: "1" } },
    'header x is "1", must not be "1"',
  ),
  fails(
    "a long value is cut",
    { match: { headers: { x: "1" } } },
    { headers: { x: "a".repeat(1000) } },
    `header x is "${"a".repeat(80)}"… (1000 characters), must be "1"`,
  ),
  fails(
    "the entry that came closest",
    {
      match: [
        { path: "/a/*", method: "PUT", headers: { x: "1" } },
        { path: "/a/*", headers: { y: "1" } },
        { path: "/b/*" },
      ],
    },
    { path: "/a/c" },
    'header y is absent, must be "1"',
  ),
  loses(
    "precedence",
    { match: { path: "/shop/cart" } },
    { precedence: 1 },
    "its precedence is 1, this one's 0",
  ),
  loses(
    "host",
    { hosts: ["*.example"], match: { path: "/shop/cart" } },
    { hosts: ["*.shop.example"] },
    "its host *.shop.example is more specific than *.example",
  ),
  loses(
    "any host",
    {},
    { hosts: ["a.shop.example"] },
    "its host a.shop.example is more specific than every host",
  ),
  loses(
    "kind of path",
    { match: { path: "/shop/*" } },
    { match: { path: "/shop/cart" } },
    "its path /shop/cart is more specific than /shop/*",
  ),
  loses(
    "length of path",
    { match: { path: "/shop/*" } },
    { match: { path: "/shop/cart/*" } },
    "its path /shop/cart/* is longer than /shop/*",
  ),
  loses(
    "method",
    { match: { headers: { x: "1" } } },
    { match: { method: "GET" } },
    "it names the method",
  ),
  loses(
    "headers",
    { match: { headers: { x: "1" } } },
    { match: { headers: { x: "1", y: "2" } } },
    "it asks for more headers",
  ),
  loses("query", {}, { match: { query: { q: "1" } } }, "it asks for more query parameters"),
  loses("cookies", {}, { match: { cookies: { c: "1" } } }, "it asks for more cookies"),
  {
    name: "the order of the policy",
    routes: [route("first"), route("second")],
    request: {},
    route: "first",
    whys: { second: 'matches too, but "first" goes first: it comes first in the policy' },
  },
  {
    name: "the loser's best entry is what is compared",
    routes: [
      route("it", { match: [{ path: "/*" }, { path: "/shop/*" }] }),
      route("other", { match: { path: "/shop/cart" } }),
    ],
    request: { path: "/shop/cart" },
    route: "other",
    whys: {
      it: 'matches too, but "other" goes first: its path /shop/cart is more specific than /shop/*',
    },
  },
];

for (const { name, routes, request, route, whys } of rows) {
  Deno.test(`considered: ${name}`, () => {
    const plan = planOfRoutes(routes);
    const { rule, others } = consider(plan, factsOf(request));
    assert.equal(rule === null ? null : plan.routes[rule.route]!.name, route);
    assert.deepEqual(Object.fromEntries(others().map(({ route, why }) => [route, why])), whys);
  });
}

for (const [name, routes] of tables) {
  Deno.test(`considered: tables ${name}: explained as they are searched`, () => {
    fc.assert(
      fc.property(
        routes,
        fc.array(request, { minLength: 10, maxLength: 10 }),
        (routes, requests) => {
          const plan = planOfRoutes(routes.map((route, i) => ({ ...route, name: `r${i}` })));
          const listed = [...listRules(plan.table)].sort((a, b) => a.rule.rank - b.rule.rank);
          for (const facts of requests.map(factsOfSketch)) {
            const winner = find(plan.table, facts);
            assert.equal(listed.find((placed) => takes(placed, facts))?.rule ?? null, winner);

            const { rule, others } = consider(plan, facts);
            assert.equal(rule, winner);
            assert.equal(others().length, routes.length - (winner === null ? 0 : 1));
            for (const { route, why } of others()) {
              const index = Number(route.slice(1));
              const holds = listed.some((placed) =>
                placed.rule.route === index && takes(placed, facts)
              );
              assert.equal(why.startsWith("matches too"), holds, why);
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  });
}

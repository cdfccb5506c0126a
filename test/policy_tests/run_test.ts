import assert from "node:assert/strict";
import { reportOf } from "./support.ts";

const clusters = {
  aws: { location: "public", endpoints: ["https://a.aws.test", "https://b.aws.test"] },
  dc: {
    location: "private",
    coordinates: [50.1, 8.7],
    endpoints: ["http://10.0.0.1:8080"],
    loadBalancing: { locality: {} },
  },
  pop: { location: "edge", coordinates: [38.9, -77.4], endpoints: ["https://pop.test"] },
  bare: { location: "edge", endpoints: [] },
};

const routes = [
  { name: "shop", match: { path: "/shop/*" }, split: { aws: 80, dc: 20 }, failover: ["pop"] },
  { name: "beta", match: { path: "/shop/*", headers: { "x-beta": "yes" } }, to: "pop" },
  {
    name: "pinned",
    match: { path: "/pinned" },
    split: { aws: 1, dc: 1 },
    sticky: { header: "x-user" },
  },
  { name: "near", match: { path: "/near" }, nearest: ["pop", "dc"] },
  { name: "gone", match: { path: "/gone" }, to: "bare", failover: [] },
  {
    name: "api",
    hosts: ["api.test"],
    match: { path: "/v1/*", method: "POST" },
    to: "dc",
    rewrite: { path: { prefix: "/v2" } },
    headers: { request: { set: { "x-from": "edge" }, remove: ["x-secret"] } },
  },
  {
    name: "old",
    match: { path: "/old/*" },
    redirect: { path: { prefix: "/shop" }, status: 301 },
  },
];

const CART = { url: "https://shop.test/shop/cart" };
const API = { method: "POST", url: "https://api.test/v1/x?a=1", headers: { "x-secret": "s" } };

interface Row {
  readonly name: string;
  readonly request: object;
  readonly from?: string | object;
  readonly given?: object;
  readonly expect: object;
  /** Absent: the test passes. */
  readonly detail?: string | RegExp;
}

const rows: readonly Row[] = [
  {
    name: "a route and its shares",
    request: CART,
    expect: { route: "shop", clusters: { aws: 0.8, dc: 0.2, pop: 0 } },
  },
  { name: "only some of the shares", request: CART, expect: { clusters: { dc: 0.2 } } },
  { name: "a share within a millionth", request: CART, expect: { clusters: { dc: 0.2000009 } } },
  {
    name: "a share that is not as expected",
    request: CART,
    expect: { clusters: { dc: 0.2000011 } },
    detail: "dc got 20 %, expected 20.0001 %",
  },
  {
    name: "all shares that are not as expected",
    request: CART,
    expect: { route: "shop", clusters: { aws: 0.75, dc: 0.2, pop: 0.05 } },
    detail: "aws got 80 %, expected 75 %, pop got 0 %, expected 5 %",
  },
  {
    name: "a cluster that the route does not know has nothing",
    request: CART,
    expect: { clusters: { bare: 0 } },
  },
  {
    name: "what is down",
    request: CART,
    given: { down: ["aws"] },
    expect: { clusters: { aws: 0, dc: 0.2, pop: 0.8 } },
  },
  {
    name: "one endpoint that is down is no loss",
    request: CART,
    given: { down: ["aws/1"] },
    expect: { clusters: { aws: 0.56, pop: 0.24 } },
  },
  {
    name: "what is degraded",
    request: CART,
    given: { degraded: ["aws"] },
    expect: { clusters: { aws: 0, pop: 0.8 } },
  },
  {
    name: "what is drained",
    request: { url: "https://shop.test/pinned" },
    given: { drain: ["aws"] },
    expect: { clusters: { aws: 0, dc: 1 } },
  },
  {
    name: "a caller who is pinned",
    request: { url: "https://shop.test/pinned", headers: { "X-User": "ann" } },
    expect: { clusters: { dc: 1 } },
    detail: /^$|^dc got 0 %, expected 100 % \(this caller is pinned\)$/,
  },
  {
    name: "another route",
    request: CART,
    expect: { route: "beta" },
    detail: 'route shop takes it, expected beta: beta: header x-beta is absent, must be "yes"',
  },
  {
    name: "a route that is beaten",
    request: { ...CART, headers: { "x-beta": "yes" } },
    expect: { route: "shop" },
    detail:
      'route beta takes it, expected shop: shop: matches too, but "beta" goes first: it asks for more headers',
  },
  {
    name: "no route",
    request: { url: "https://shop.test/cart" },
    expect: { route: null, response: { status: 404, code: "no_route" } },
  },
  {
    name: "no route where one is expected",
    request: { url: "https://shop.test/cart" },
    expect: { route: "shop", clusters: { aws: 0.8 } },
    detail:
      "no route takes it, expected shop: shop: path is /cart, not /shop/*; aws got 0 %, expected 80 % (the gateway answers 404 no_route by itself)",
  },
  {
    name: "a route where none is expected",
    request: CART,
    expect: { route: null },
    detail: "route shop takes it, expected none",
  },
  {
    name: "what is refused",
    request: { url: "https://shop.test/%zz" },
    expect: { route: null, response: { code: "bad_request" } },
  },
  {
    name: "what is refused, and should not be",
    request: { url: "https://shop.test/%zz" },
    expect: { route: "shop" },
    detail: "it is refused before a route is looked for (bad_request), expected shop",
  },
  {
    name: "what goes upstream",
    request: API,
    expect: {
      request: {
        method: "POST",
        url: "http://10.0.0.1:8080/v2/x?a=1",
        headers: { Host: "10.0.0.1:8080", "X-From": "edge", "x-secret": null },
      },
    },
  },
  {
    name: "what goes upstream and should not",
    request: { ...API, headers: { "x-a": ["1", "2"] } },
    expect: {
      request: {
        method: "PUT",
        url: "http://10.0.0.1/",
        headers: { "x-from": null, "x-a": "1", "x-b": "2" },
      },
    },
    detail:
      'the request\'s method is "POST", expected "PUT"; the request\'s URL is "http://10.0.0.1:8080/v2/x?a=1", expected "http://10.0.0.1/"; the request\'s header x-from is "edge", expected absent; the request\'s header x-a is "1, 2", expected "1"; the request\'s header x-b is absent, expected "2"',
  },
  {
    name: "nothing goes upstream",
    request: { url: "https://shop.test/old/x" },
    expect: { request: {} },
    detail: "nothing is sent upstream: the gateway answers 301 by itself",
  },
  {
    name: "nothing goes upstream, for want of endpoints",
    request: { url: "https://shop.test/gone" },
    expect: { route: "gone", request: {} },
    detail: "nothing is sent upstream: the gateway answers 503 no_healthy_upstream by itself",
  },
  {
    name: "the gateway's own answer",
    request: { url: "https://shop.test/old/x?y" },
    expect: {
      response: {
        status: 301,
        headers: { Location: "https://shop.test/shop/x?y", "retry-after": null },
      },
    },
  },
  {
    name: "another answer",
    request: { url: "https://shop.test/old/x" },
    expect: {
      response: { status: 404, code: "no_route", headers: { location: "/", "x-a": "b" } },
    },
    detail:
      'the response\'s status is 301, expected 404; the response\'s code is absent, expected "no_route"; the response\'s header location is "https://shop.test/shop/x", expected "/"; the response\'s header x-a is absent, expected "b"',
  },
  {
    name: "no answer of its own",
    request: API,
    expect: { response: {} },
    detail: "it is sent to http://10.0.0.1:8080/v2/x?a=1: the gateway has no answer of its own",
  },
  {
    name: "where the client is",
    request: { url: "https://shop.test/near" },
    from: { latitude: 52.5, longitude: "13.4" },
    expect: { clusters: { dc: 1 } },
  },
  {
    name: "where the client is, in the command line's words",
    request: { url: "https://shop.test/near" },
    from: "latitude=40.7, longitude=-74, version=v2",
    expect: { clusters: { pop: 1 } },
  },
  {
    name: "the client's address",
    request: API,
    from: { ip: "203.0.113.7" },
    expect: { request: { headers: { "x-forwarded-for": "203.0.113.7" } } },
  },
  {
    name: "the Host header wins",
    request: { method: "POST", url: "https://shop.test/v1/", headers: { host: "api.test" } },
    expect: { route: "api" },
  },
];

for (const { detail, ...test } of rows) {
  Deno.test(`policy tests: ${test.name}`, async () => {
    const { passed, failed, tests } = await reportOf({ clusters, routes, tests: [test] });
    const [result] = tests;
    if (detail instanceof RegExp) return assert.match(result!.detail, detail);
    assert.equal(result!.detail, detail ?? "");
    const ok = detail === undefined;
    assert.deepEqual([result!.name, result!.ok], [test.name, ok]);
    assert.deepEqual([passed, failed], ok ? [1, 0] : [0, 1]);
  });
}

Deno.test("policy tests: results in the policy's order, whatever they suppose; what none reaches", async () => {
  const one = (name: string, url: string, given: object, share: number): object => ({
    name,
    request: { url: `https://shop.test${url}` },
    given,
    expect: { clusters: { pop: share } },
  });
  const report = await reportOf({
    clusters,
    routes,
    tests: [
      one("first", "/shop/", { down: ["aws"] }, 0.8),
      one("second", "/shop/", {}, 0),
      one("third", "/shop/", { down: ["aws"] }, 0),
      one("fourth", "/near", {}, 1),
      one("fifth", "/shop/", { down: ["dc"] }, 0.2),
      one("sixth", "/nowhere", {}, 0),
    ],
  });
  assert.deepEqual(report.tests.map(({ name, ok }) => [name, ok]), [
    ["first", true],
    ["second", true],
    ["third", false],
    ["fourth", true],
    ["fifth", true],
    ["sixth", true],
  ]);
  assert.deepEqual([report.passed, report.failed], [5, 1]);
  assert.deepEqual(report.uncovered, ["beta", "pinned", "gone", "api", "old"]);
});

Deno.test("policy tests: without any, no route is covered", async () => {
  assert.deepEqual(await reportOf({ clusters, routes }), {
    passed: 0,
    failed: 0,
    tests: [],
    uncovered: routes.map(({ name }) => name),
  });
});

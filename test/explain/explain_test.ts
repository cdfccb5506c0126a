import assert from "node:assert/strict";
import { explainGate } from "../../routes/explain_gate.ts";
import { compile } from "../../src/compile/compile.ts";
import type { AskedRequest } from "../../src/explain/dry_run.ts";
import { explain, type Explanation, explanationJson } from "../../src/explain/explain.ts";
import type { EndpointState } from "../../src/health/records.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { validate } from "../../src/policy/validate.ts";
import { supposedSteering } from "../../src/simulate/simulate.ts";

const POLICY = `{
  "clusters": {
    "aws": { "location": "public", "endpoints": ["https://a.aws.test", "https://b.aws.test"] },
    "dc": {
      "location": "private",
      "endpoints": [{ "url": "http://0.dc.test:81" }, { "url": "http://1.dc.test:81", "weight": 3 }],
      "host": "preserve"
    },
    "pop": { "location": "edge", "endpoints": ["https://pop.test"], "host": "inner.test" },
    "paris": { "location": "edge", "endpoints": ["https://paris.test"], "coordinates": [48.9, 2.4] },
    "tokyo": { "location": "edge", "endpoints": ["https://tokyo.test"], "coordinates": [35.7, 139.7] }
  },
  "trust": { "proxies": ["10.0.0.0/8"] },
  "routes": [
    {
      "name": "split",
      "match": { "path": "/split/*" },
      "split": [
        { "cluster": "aws", "weight": 1, "headers": { "request": { "set": { "x-to": "aws" } } } },
        { "cluster": "dc", "weight": 4, "headers": { "request": { "set": { "x-to": "dc" } } } }
      ],
      "failover": ["pop"],
      "rewrite": { "path": { "prefix": "/v2" } },
      "headers": { "request": { "remove": ["x-secret"] } }
    },
    {
      "name": "sticky",
      "match": { "path": "/sticky" },
      "split": { "aws": 50, "dc": 50 },
      "sticky": { "header": "x-user" }
    },
    { "name": "by-address", "match": { "path": "/by-address" }, "to": "aws", "sticky": { "ip": true } },
    { "name": "cookie", "match": { "path": "/cookie" }, "to": "dc", "sticky": { "cookie": { "name": "c" } } },
    { "name": "pop", "match": { "path": "/pop" }, "to": "pop" },
    { "name": "near", "match": { "path": "/near" }, "nearest": ["tokyo", "paris"] },
    { "name": "moved", "match": { "path": "/moved/*" }, "redirect": { "path": { "prefix": "/pop" } } },
    {
      "name": "problem",
      "match": { "path": "/problem" },
      "respond": {
        "status": 418,
        "headers": { "content-type": "application/problem+json" },
        "body": "{\\"code\\":\\"own\\"}"
      }
    }
  ]
}`;

const POLICY_PLAN = ((): Plan => {
  const { policy, findings } = validate(POLICY);
  assert.ok(policy !== null, JSON.stringify(findings));
  return compile(policy, "000000000000");
})();

interface Ask extends Partial<AskedRequest> {
  /** By `CLUSTER/N`, or by `CLUSTER` for all of it. */
  readonly states?: Readonly<Record<string, EndpointState>>;
}

function explained(
  url: string,
  { states = {}, ...asked }: Ask = {},
  plan: Plan = POLICY_PLAN,
): Promise<Explanation> {
  const caller = { locality: { region: "", zone: "", subzone: "" }, labels: {} };
  return explain(
    {
      method: "GET",
      url,
      headers: [],
      ip: null,
      place: { country: null, latitude: null, longitude: null },
      ...asked,
    },
    {
      plan,
      steering: supposedSteering(
        plan,
        ({ name }, { index }) => states[`${name}/${index}`] ?? states[name] ?? "healthy",
        { caller },
      ),
      gate: explainGate,
      uuid: () => "an-id",
    },
  );
}

Deno.test("explain: the request as it would be sent, to the most probable endpoint", async () => {
  const { considered, endpoints, ...told } = await explained(
    "http://shop.test:8080/split/a%2fb?x=1",
    {
      headers: [["accept", "a"], ["X-Secret", "s"], ["accept", "b"], ["connection", "x-hop"], [
        "x-hop",
        "1",
      ]],
      ip: "203.0.113.7",
    },
  );
  assert.deepEqual(told, {
    live: false,
    route: "split",
    guards: [],
    clusters: { aws: 0.2, dc: 0.8, pop: 0 },
    request: {
      method: "GET",
      url: "http://1.dc.test:81/v2/a%2Fb?x=1",
      headers: {
        host: "shop.test:8080",
        accept: "a, b",
        forwarded: 'for=203.0.113.7;host="shop.test:8080";proto=http',
        via: "1.1 limen",
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-host": "shop.test:8080",
        "x-forwarded-proto": "http",
        "x-request-id": "an-id",
        "x-to": "dc",
      },
    },
    response: null,
    endpoint: { cluster: "dc", index: 1 },
    pinned: false,
    panic: [],
  });
  assert.equal(considered().length, 7);
  assert.deepEqual(
    endpoints.map(({ cluster, index, state, priority, share }) => [
      `${cluster}/${index}`,
      state,
      priority,
      share,
    ]),
    [
      ["aws/0", "healthy", 0, 0.1],
      ["aws/1", "healthy", 0, 0.1],
      ["dc/0", "healthy", 0, 0.2],
      ["dc/1", "healthy", 0, 0.6],
      ["pop/0", "healthy", 0, 0],
    ],
  );
});

Deno.test("explain: for programs, what the contract says and a little more", async () => {
  const json = explanationJson(await explained("http://shop.test/pop"));
  assert.deepEqual(Object.keys(json).sort(), [
    "clusters",
    "considered",
    "endpoint",
    "endpoints",
    "guards",
    "live",
    "panic",
    "pinned",
    "request",
    "response",
    "route",
  ]);
  assert.deepEqual(json.considered[0], {
    route: "split",
    why: "path is /pop, not /split/*",
  });
});

interface SentRow extends Ask {
  readonly name: string;
  readonly url: string;
  readonly clusters: Readonly<Record<string, number>>;
  readonly to: string;
  readonly pinned?: true;
}

const NEAR_TOKYO = { country: null, latitude: "35", longitude: "135" };

const sent: readonly SentRow[] = [
  {
    name: "a failover cluster, by the header policy of the member",
    url: "http://shop.test/split/",
    states: { dc: "unhealthy" },
    clusters: { aws: 0.2, dc: 0, pop: 0.8 },
    to: "https://pop.test/v2/ inner.test dc",
  },
  {
    name: "of equals the first",
    url: "http://shop.test/by-address",
    clusters: { aws: 1 },
    to: "https://a.aws.test/by-address a.aws.test",
  },
  {
    name: "the nearest, by the platform's word",
    url: "http://shop.test/near",
    place: NEAR_TOKYO,
    clusters: { tokyo: 1, paris: 0 },
    to: "https://tokyo.test/near tokyo.test",
  },
  {
    name: "the nearest, by a trusted proxy's word",
    url: "http://shop.test/near",
    place: NEAR_TOKYO,
    ip: "10.0.0.1",
    headers: [["cf-iplatitude", "50"], ["cf-iplongitude", "5"]],
    clusters: { tokyo: 0, paris: 1 },
    to: "https://paris.test/near paris.test",
  },
  {
    name: "the Host header wins over the URL",
    url: "http://127.0.0.1:8080/cookie",
    headers: [["Host", "shop.test"]],
    clusters: { dc: 1 },
    to: "http://1.dc.test:81/cookie shop.test",
  },
];

for (const { name, url, clusters, to, pinned = false, ...asked } of sent) {
  Deno.test(`explain: sent to ${name}`, async () => {
    const told = await explained(url, asked);
    assert.deepEqual(told.clusters, clusters);
    const { url: target, headers } = told.request!;
    const member = headers["x-to"] === undefined ? "" : ` ${headers["x-to"]}`;
    assert.equal(`${target} ${headers.host}${member}`, to);
    assert.equal(told.response, null);
    assert.equal(told.pinned, pinned);
  });
}

Deno.test("explain: a caller with a sticky key has one place", async () => {
  const places = new Set<string>();
  for (let user = 0; user < 20; user++) {
    const headers = [["x-user", `user ${user}`]] as const;
    const told = await explained("http://shop.test/sticky", { headers });
    assert.equal(told.pinned, true);
    assert.deepEqual(Object.values(told.clusters).sort(), [0, 1]);
    assert.equal(told.clusters[told.endpoint!.cluster], 1);
    const again = await explained("http://shop.test/sticky", { headers });
    assert.deepEqual(explanationJson(again), explanationJson(told));
    places.add(JSON.stringify(told.endpoint));
  }
  assert.equal(places.size, 4);
});

const byChance: readonly (readonly [string, Ask])[] = [
  ["http://shop.test/sticky", {}],
  ["http://shop.test/by-address", {}],
  ["http://shop.test/cookie", { headers: [["cookie", "other=1"]] }],
];
for (const [url, asked] of byChance) {
  Deno.test(`explain: without its key a caller is not pinned: ${url}`, async () => {
    assert.equal((await explained(url, asked)).pinned, false);
  });
}

const pinned: readonly (readonly [string, Ask])[] = [
  ["http://shop.test/by-address", { ip: "203.0.113.7" }],
  ["http://shop.test/cookie", { headers: [["cookie", "c=1"]] }],
];
for (const [url, asked] of pinned) {
  Deno.test(`explain: with its key a caller is pinned: ${url}`, async () => {
    assert.equal((await explained(url, asked)).pinned, true);
  });
}

interface AnsweredRow extends Ask {
  readonly name: string;
  readonly url: string;
  readonly route: string | null;
  readonly status: number;
  readonly code?: string;
  readonly location?: string;
  /** Other routes that are told of. */
  readonly others: number;
  readonly clusters?: Readonly<Record<string, number>>;
}

const answered: readonly AnsweredRow[] = [
  {
    name: "redirects",
    url: "https://shop.test/moved/a?b",
    route: "moved",
    status: 302,
    location: "https://shop.test/pop/a?b",
    others: 7,
  },
  {
    name: "answers by policy, whatever it looks like",
    url: "http://shop.test/problem",
    route: "problem",
    status: 418,
    others: 7,
  },
  {
    name: "finds no route",
    url: "http://shop.test/x",
    route: null,
    status: 404,
    code: "no_route",
    others: 8,
  },
  {
    name: "refuses a path",
    url: "http://shop.test/%zz",
    route: null,
    status: 400,
    code: "bad_request",
    others: 0,
  },
  {
    name: "refuses a query",
    url: "http://shop.test/pop?%zz",
    route: null,
    status: 400,
    code: "bad_request",
    others: 0,
  },
  {
    name: "refuses what has no host",
    url: "/pop",
    route: null,
    status: 400,
    code: "bad_request",
    others: 0,
  },
  {
    name: "refuses what is too long",
    url: `http://shop.test/pop?${"x".repeat(20_000)}`,
    route: null,
    status: 414,
    code: "uri_too_long",
    others: 0,
  },
  {
    name: "refuses a method",
    url: "http://shop.test/pop",
    method: "get",
    route: null,
    status: 501,
    code: "not_implemented",
    others: 0,
  },
  {
    name: "refuses what goes in circles",
    url: "http://shop.test/pop",
    headers: [["via", "1.1 limen, ".repeat(9)]],
    route: "pop",
    status: 508,
    code: "loop_detected",
    others: 7,
    clusters: {},
  },
  {
    name: "has nobody to send it to",
    url: "http://shop.test/split/",
    states: { aws: "draining", dc: "draining", pop: "draining" },
    route: "split",
    status: 503,
    code: "no_healthy_upstream",
    others: 7,
    clusters: { aws: 0, dc: 0, pop: 0 },
  },
];

for (
  const { name, url, route, status, code, location, others, clusters = {}, ...asked } of answered
) {
  Deno.test(`explain: the gateway ${name}`, async () => {
    const told = await explained(url, asked);
    assert.equal(told.route, route);
    assert.equal(told.response?.status, status);
    assert.equal(told.response?.code, code);
    assert.equal(told.response?.headers.location, location);
    assert.equal(told.considered().length, others);
    assert.deepEqual(told.clusters, clusters);
    assert.deepEqual([told.request, told.endpoint], [null, null]);
  });
}

Deno.test("explain: what hits some requests or some moments only is left out", async () => {
  const hard: Plan = {
    ...POLICY_PLAN,
    clusters: POLICY_PLAN.clusters.map((cluster) => ({
      ...cluster,
      capacity: 1,
      breaker: { maxRequests: 0, retries: { kind: "max", max: 0 } },
    })),
    routes: POLICY_PLAN.routes.map((route) => ({
      ...route,
      action: route.action.kind !== "forward" ? route.action : {
        ...route.action,
        fault: {
          delay: { percent: 100, forMs: 10_000 },
          abort: { percent: 100, status: 503 },
        },
        mirrors: [{ cluster: 0, percent: 100 }],
      },
    })),
  };
  const url = "http://shop.test/split/a";
  const { guards, ...told } = explanationJson(await explained(url, {}, hard));
  const { guards: none, ...plain } = explanationJson(await explained(url));
  assert.deepEqual(told, plain);
  assert.deepEqual(none, []);
  assert.deepEqual(guards, [
    {
      guard: "fault",
      verdict: "refuse",
      detail: "100 % wait 10000 ms, 100 % are answered with 503",
    },
    { guard: "capacity", verdict: "pass", detail: "aws: up to 1 requests per second" },
    { guard: "capacity", verdict: "pass", detail: "dc: up to 1 requests per second" },
    { guard: "circuitBreaker", verdict: "pass", detail: "aws: up to 0 requests in flight" },
    { guard: "circuitBreaker", verdict: "pass", detail: "dc: up to 0 requests in flight" },
  ]);
});

Deno.test("explain: a pinned caller's one endpoint has all of it", async () => {
  const { endpoint, endpoints } = await explained("http://shop.test/sticky", {
    headers: [["x-user", "ann"]],
  });
  for (const { cluster, index, share } of endpoints) {
    const isIt = cluster === endpoint!.cluster && index === endpoint!.index;
    assert.equal(share, isIt ? 1 : 0);
  }
  assert.equal(endpoints.length, 4);
});

Deno.test("explain: what is refused goes to no endpoint", async () => {
  const { endpoints, guards, panic } = await explained("http://shop.test/pop", {
    headers: [["via", "1.1 limen, ".repeat(9)]],
  });
  assert.deepEqual({ endpoints, guards, panic }, { endpoints: [], guards: [], panic: [] });
});

Deno.test("explain: the routes that came closest stand first", async () => {
  const closest = compile(
    validate(JSON.stringify({
      clusters: { a: { location: "public", endpoints: ["https://a.test"] } },
      routes: [
        { name: "host", hosts: ["b.test"], to: "a" },
        { name: "path", match: { path: "/z" }, to: "a" },
        { name: "header", match: { path: "/x", headers: { h: "1" } }, to: "a" },
        { name: "beaten", match: { path: "/*" }, to: "a" },
        { name: "winner", match: { path: "/x" }, to: "a" },
      ],
    })).policy!,
    "000000000000",
  );
  const { considered } = explanationJson(await explained("http://shop.test/x", {}, closest));
  assert.deepEqual(considered.map(({ route }) => route), ["beaten", "header", "path", "host"]);
});

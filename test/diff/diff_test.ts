import assert from "node:assert/strict";
import { diffPolicies, diffTexts } from "../../src/diff/diff.ts";
import { diffOf, linesOf, RICH, routeTo, sideOf, withRoutes } from "./support.ts";

type Json = Record<string, unknown>;

interface Row {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly lines: readonly string[];
}

/** The same route before and after, but for these fields. */
const ofRoute = (name: string, before: Json, after: Json, lines: readonly string[]): Row => ({
  name,
  before: withRoutes(routeTo("shop", "/shop/*", before)),
  after: withRoutes(routeTo("shop", "/shop/*", after)),
  lines,
});

const to = (more: Json): Json => ({ to: "aws", ...more });

/** The same cluster before and after, but for these fields. */
const ofCluster = (name: string, before: Json, after: Json, lines: readonly string[]): Row => {
  const policy = (more: Json): Json => ({
    clusters: { dc: { location: "edge", endpoints: ["https://dc.test"], ...more } },
    routes: [{ name: "all", to: "dc" }],
  });
  return { name, before: policy(before), after: policy(after), lines };
};

const ofDefaults = (before: Json | undefined, after: Json | undefined): [Json, Json] => {
  const routes = [
    routeTo("plain", "/plain/*"),
    routeTo("own", "/own/*", to({ timeout: "3s", retry: { attempts: 1 } })),
    routeTo("moved", "/moved/*", { redirect: { scheme: "https" } }),
  ];
  const policy = (defaults: Json | undefined): Json => ({
    ...withRoutes(...routes),
    ...(defaults !== undefined && { defaults }),
  });
  return [policy(before), policy(after)];
};

const defaults = (
  name: string,
  before: Json | undefined,
  after: Json | undefined,
  lines: readonly string[],
): Row => {
  const [old, now] = ofDefaults(before, after);
  return { name, before: old, after: now, lines };
};

const rows: readonly Row[] = [
  // Where requests go.
  ofRoute(
    "a canary grows",
    { split: { aws: 90, canary: 10 } },
    { split: { aws: 75, canary: 25 } },
    [
      "~ routes[0].split.aws: shop: aws 90 % -> 75 %",
      "~ routes[0].split.canary: shop: canary 10 % -> 25 %",
    ],
  ),
  ofRoute("weights that are no percentages", { split: { aws: 3, dc: 1 } }, {
    split: { aws: 1, dc: 1 },
  }, [
    "~ routes[0].split.aws: shop: aws 75 % -> 50 % (weight 3 -> 1)",
    "~ routes[0].split.dc: shop: dc 25 % -> 50 % (weight 1)",
  ]),
  ofRoute("other weights, the same shares", { split: { aws: 1, dc: 1 } }, {
    split: { aws: 2, dc: 2 },
  }, [
    "~ routes[0].split.aws: shop: aws 50 % (weight 1 -> 2)",
    "~ routes[0].split.dc: shop: dc 50 % (weight 1 -> 2)",
  ]),
  ofRoute(
    "a member comes, another goes",
    { split: { aws: 80, dc: 20 } },
    { split: { aws: 80, canary: 0.01, pop: 19.99 } },
    [
      "+ routes[0].split.canary: shop: canary added with 0.01 %",
      "+ routes[0].split.pop: shop: pop added with 20 %",
      "- routes[0].split.dc: shop: dc removed, had 20 %",
    ],
  ),
  ofRoute(
    "a split as a list, with headers of its members",
    { split: [{ cluster: "aws", weight: 80 }, { cluster: "dc", weight: 20 }] },
    {
      split: [{ cluster: "aws", weight: 70 }, {
        cluster: "dc",
        weight: 30,
        headers: { request: { set: { "x-a": "1" } } },
      }],
    },
    [
      "~ routes[0].split[0]: shop: aws 80 % -> 70 %",
      "~ routes[0].split[1]: shop: dc 20 % -> 30 %",
      '+ routes[0].split[1].headers: route shop: dc: headers added: request {set {x-a "1"}}',
    ],
  ),
  ofRoute(
    "a list instead of an object",
    { split: { aws: 80, dc: 20 } },
    { split: [{ cluster: "aws", weight: 80 }, { cluster: "dc", weight: 20 }] },
    ["~ routes[0].split: route shop: split written differently, with the same shares"],
  ),
  ofRoute("one cluster, then several", { to: "aws" }, { split: { aws: 80, dc: 20 } }, [
    "~ routes[0].split: route shop: to aws -> to aws 80 %, dc 20 %",
  ]),
  ofRoute("another cluster", { to: "aws" }, { to: "dc" }, [
    "~ routes[0].to: route shop: to aws -> dc",
  ]),
  ofRoute("a redirect instead", { to: "aws" }, { redirect: { scheme: "https", status: 301 } }, [
    "~ routes[0].redirect: route shop: to aws -> redirected with 301",
  ]),
  ofRoute("failover", to({ failover: ["pop"] }), to({ failover: ["dc", "pop"] }), [
    "~ routes[0].failover: route shop: failover pop -> dc, pop",
  ]),
  ofRoute("no failover any more", to({}), to({ failover: [] }), [
    "~ routes[0].failover: route shop: failover to the other clusters of the route -> nowhere",
  ]),

  // Which requests.
  ofRoute("another path", to({}), to({ match: { path: "/cart/*", method: "GET" } }), [
    "! routes[0]: no route takes /shop/* any more, as route shop did",
    "~ routes[0].match: route shop: match /shop/* -> GET /cart/*",
  ]),
  ofRoute(
    "one more entry",
    to({ match: [{ path: "/shop/*" }] }),
    to({
      match: [{ path: "/shop/*" }, { path: "/a", headers: { "x-b": { not: { prefix: "c" } } } }],
    }),
    ["+ routes[0].match[1]: route shop: match added: /a with header x-b not {prefix c}"],
  ),
  ofRoute(
    "entries in another order",
    to({ match: [{ path: "/a" }, { path: "/b" }] }),
    to({ match: [{ path: "/b" }, { path: "/a" }] }),
    ["~ routes[0].match: route shop: match written differently, for the same requests"],
  ),
  ofRoute(
    "a method as a list",
    to({ match: { method: "GET" } }),
    to({ match: { method: ["GET"] } }),
    ['~ routes[0].match.method: route shop: match.method "GET" -> ["GET"]'],
  ),
  ofRoute("hosts", to({}), to({ hosts: ["a.test", "b.test"] }), [
    "! routes[0]: no route takes /shop/* any more, as route shop did",
    "~ routes[0].hosts: route shop: hosts every host -> a.test, b.test",
  ]),
  ofRoute("precedence", to({}), to({ precedence: 5 }), [
    "~ routes[0].precedence: route shop: precedence 0 -> 5",
  ]),
  ofRoute("a precedence written out", to({}), to({ precedence: 0 }), [
    "~ routes[0].precedence: route shop: precedence 0, as before, but written differently",
  ]),

  // Any other field.
  ofRoute("a timeout", to({ timeout: "10s" }), to({ timeout: "15s" }), [
    "~ routes[0].timeout: route shop: timeout 10s -> 15s",
  ]),
  ofRoute("a field that comes", to({}), to({ sticky: { cookie: { name: "shop", ttl: "1h" } } }), [
    "+ routes[0].sticky: route shop: sticky added: cookie {name shop, ttl 1h}",
  ]),
  ofRoute("a field that goes", to({ timeout: "10s" }), to({}), [
    "- routes[0].timeout: route shop: timeout removed, was 10s",
  ]),
  ofRoute(
    "headers",
    to({ headers: { request: { set: { "x-a": "1", "x-b": "true" } } } }),
    to({ headers: { request: { set: { "x-a": "2", "x-b": "true" } } } }),
    ['~ routes[0].headers.request.set.x-a: route shop: headers.request.set.x-a "1" -> "2"'],
  ),
  ofRoute(
    "mirrors, by cluster",
    to({ mirror: [{ cluster: "dc", percent: 10 }] }),
    to({ mirror: [{ cluster: "pop", percent: 1 }, { cluster: "dc", percent: 20 }] }),
    [
      "+ routes[0].mirror[0]: route shop: mirror.pop added: cluster pop, percent 1",
      "~ routes[0].mirror[1].percent: route shop: mirror.dc.percent 10 -> 20",
    ],
  ),

  // Routes as such.
  {
    name: "a route is added: who had its requests",
    before: withRoutes(routeTo("shop", "/shop/*")),
    after: withRoutes(routeTo("shop", "/shop/*"), routeTo("cart", "/shop/cart/*", { to: "dc" })),
    lines: ["+ routes[1]: route cart: added: /shop/cart/* to dc; until now route shop took them"],
  },
  {
    name: "a route is added for what nobody took",
    before: withRoutes(routeTo("shop", "/shop/*")),
    after: withRoutes(
      routeTo("shop", "/shop/*"),
      { name: "new", match: { path: "/new", method: "GET" }, split: { aws: 80, dc: 20 } },
    ),
    lines: ["+ routes[1]: route new: added: GET /new to aws 80 %, dc 20 %"],
  },
  {
    name: "routes are removed: who gets their requests",
    before: withRoutes(
      routeTo("shop", "/shop/*"),
      routeTo("cart", "/shop/cart"),
      routeTo("b", "/b"),
    ),
    after: withRoutes(routeTo("shop", "/shop/*")),
    lines: [
      "- routes[1]: route cart: removed: /shop/cart to aws; route shop takes them now",
      "- routes[2]: route b: removed: /b to aws; no route takes them now",
    ],
  },
  {
    name: "a removed route whose requests part",
    before: withRoutes(
      routeTo("shop", "/shop/*"),
      { name: "both", hosts: ["a.test"], match: [{ path: "/shop/a" }, { path: "/x" }], to: "dc" },
    ),
    after: withRoutes(routeTo("shop", "/shop/*")),
    lines: [
      "- routes[1]: route both: removed: a.test/shop/a and 1 more to dc; " +
      "route shop takes some of them now, no route the others",
    ],
  },
  {
    name: "a route is renamed",
    before: withRoutes(routeTo("shop", "/shop/*"), routeTo("b", "/b")),
    after: withRoutes(routeTo("store", "/shop/*"), routeTo("b", "/b")),
    lines: ["~ routes[0].name: route shop: renamed to store"],
  },
  {
    name: "a new route of an old one's content is no new name for it",
    before: withRoutes(routeTo("a", "/a")),
    after: withRoutes(routeTo("a", "/a"), { ...routeTo("b", "/a"), precedence: -1 }),
    lines: [
      "! routes[1]: route a shadows route b, which gets no request",
      "+ routes[1]: route b: added: /a to aws",
    ],
  },
  {
    name: "an order that does not matter",
    before: withRoutes(routeTo("a", "/a"), routeTo("b", "/b"), routeTo("c", "/c")),
    after: withRoutes(routeTo("c", "/c"), routeTo("a", "/a"), routeTo("b", "/b")),
    lines: ["~ routes: order changed: c now first, which changes the route of no request"],
  },
  {
    name: "an order that does",
    before: withRoutes(
      routeTo("a", "/a/*", to({ hosts: ["x.test"] })),
      routeTo("b", "/a/*", to({ hosts: ["x.test", "y.test"] })),
    ),
    after: withRoutes(
      routeTo("b", "/a/*", to({ hosts: ["x.test", "y.test"] })),
      routeTo("a", "/a/*", to({ hosts: ["x.test"] })),
    ),
    lines: [
      "! routes[1]: route b now shadows route a, which gets no request any more",
      "~ routes: order changed: b now first",
    ],
  },

  // Clusters.
  ofCluster("a health check", { healthCheck: { path: "/h", interval: "10s" } }, {
    healthCheck: { path: "/h", interval: "5s" },
  }, ["~ clusters.dc.healthCheck.interval: cluster dc: healthCheck.interval 10s -> 5s"]),
  ofCluster("its host", {}, { host: "preserve" }, [
    "~ clusters.dc.host: cluster dc: host upstream -> preserve",
  ]),
  ofCluster("its host written out", {}, { host: "upstream" }, [
    "~ clusters.dc.host: cluster dc: host upstream, as before, but written differently",
  ]),
  ofCluster(
    "endpoints come, go and change",
    { endpoints: ["http://10.0.3.7:8080", "http://10.0.3.8:8080"] },
    {
      endpoints: [
        { url: "http://10.0.3.7:8080", weight: 2 },
        "http://10.0.3.9:8080",
        { url: "http://10.0.3.10:8080", priority: 1 },
      ],
    },
    [
      "+ clusters.dc.endpoints[0].weight: cluster dc: endpoint http://10.0.3.7:8080: weight added: 2",
      "+ clusters.dc.endpoints[1]: cluster dc: endpoint http://10.0.3.9:8080 added",
      "+ clusters.dc.endpoints[2]: cluster dc: endpoint http://10.0.3.10:8080 added: priority 1",
      "- clusters.dc.endpoints[1]: cluster dc: endpoint http://10.0.3.8:8080 removed",
    ],
  ),
  ofCluster(
    "endpoints in another order",
    { endpoints: ["https://a.test", "https://b.test"] },
    { endpoints: ["https://b.test", "https://a.test"] },
    ["~ clusters.dc.endpoints: cluster dc: endpoints in another order"],
  ),
  ofCluster(
    "an endpoint as an object",
    { endpoints: ["https://a.test"] },
    { endpoints: [{ url: "https://a.test" }] },
    ["~ clusters.dc.endpoints: cluster dc: endpoints written differently, nothing is otherwise"],
  ),
  ofCluster(
    "an endpoint's port written out",
    { endpoints: ["https://a.test"] },
    { endpoints: ["https://A.test:443/"] },
    [
      "~ clusters.dc.endpoints[0].url: cluster dc: endpoint https://A.test:443/: " +
      "url https://a.test -> https://A.test:443/",
    ],
  ),
  {
    name: "clusters come and go",
    before: { clusters: { a: { location: "edge", endpoints: ["https://a.test"] } }, routes: [] },
    after: {
      clusters: {
        b: { location: "edge", endpoints: [1, 2, 3, 4, 5].map((n) => `https://b${n}.test`) },
      },
      routes: [],
    },
    lines: [
      "+ clusters.b: cluster b: added: edge, " +
      "5 endpoints: https://b1.test, https://b2.test, https://b3.test and 2 more",
      "- clusters.a: cluster a: removed",
    ],
  },

  // Defaults, and for whom they count.
  defaults("a default", { timeout: "15s" }, { timeout: "20s" }, [
    "~ defaults.timeout: defaults: timeout 15s -> 20s (counts for 1 route: plain)",
  ]),
  defaults("a part of a default", { retry: { attempts: 1, perTryTimeout: "1s" } }, {
    retry: { attempts: 2, perTryTimeout: "1s" },
  }, ["~ defaults.retry.attempts: defaults: retry.attempts 1 -> 2 (counts for 1 route: plain)"]),
  defaults("a part that a route leaves open", { retry: { attempts: 1 } }, {
    retry: { attempts: 1, perTryTimeout: "1s" },
  }, [
    "+ defaults.retry.perTryTimeout: defaults: retry.perTryTimeout added: 1s " +
    "(counts for 2 routes: plain and own)",
  ]),
  defaults("the first default", undefined, { headers: { response: { set: { "x-a": "b" } } } }, [
    "+ defaults.headers: defaults: headers added: response {set {x-a b}} " +
    "(counts for 3 routes: plain, own and moved)",
  ]),
  defaults("no default at all, written out", undefined, {}, ["+ defaults: defaults added: {}"]),

  // All else.
  {
    name: "trust",
    before: { ...withRoutes(), trust: { proxies: ["10.0.0.0/8"] } },
    after: { ...withRoutes(), trust: { proxies: ["10.0.0.0/8", "192.0.2.1"] } },
    lines: ["~ trust.proxies: trust: proxies 10.0.0.0/8 -> 10.0.0.0/8, 192.0.2.1"],
  },
  {
    name: "a long list",
    before: { ...withRoutes(), trust: { proxies: addresses(1, 20) } },
    after: { ...withRoutes(), trust: { proxies: addresses(2, 24) } },
    lines: [
      "~ trust.proxies: trust: proxies 192.0.2.21, 192.0.2.22, 192.0.2.23 and 1 more added, " +
      "192.0.2.1 removed",
    ],
  },
  {
    name: "tests, by name",
    before: { ...withRoutes(routeTo("a", "/a")), tests: [test("one", 0.1), test("two", 1)] },
    after: { ...withRoutes(routeTo("a", "/a")), tests: [test("three", 1), test("one", 0.2)] },
    lines: [
      '+ tests[0]: test "three": added',
      '~ tests[1].expect.clusters.aws: test "one": expect.clusters.aws 0.1 -> 0.2',
      '- tests[1]: test "two": removed',
    ],
  },
];

function addresses(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `192.0.2.${from + i}`);
}

function test(name: string, aws: number): Json {
  return {
    name,
    request: { method: "GET", url: "https://x.test/a" },
    expect: { route: "a", clusters: { aws } },
  };
}

for (const { name, before, after, lines } of rows) {
  Deno.test(`diff: ${name}`, async () => {
    assert.deepEqual(linesOf(await diffOf(before, after)), lines);
  });
}

Deno.test("diff: the shares that move, and only these", async () => {
  const before = withRoutes(
    routeTo("shop", "/shop/*", { split: { aws: 90, dc: 10, pop: 0 } }),
    routeTo("gone", "/gone", { to: "pop" }),
    routeTo("stays", "/stays", { to: "pop" }),
    routeTo("old-name", "/named", { split: { aws: 1, dc: 1 } }),
    routeTo("ends", "/ends"),
  );
  const after = withRoutes(
    routeTo("shop", "/shop/*", { split: { aws: 75, dc: 25, pop: 0 } }),
    routeTo("stays", "/stays", { to: "pop", timeout: "1s" }),
    routeTo("new-name", "/named", { split: { aws: 1, dc: 1 } }),
    routeTo("ends", "/ends", { respond: { status: 410 } }),
    routeTo("new", "/new", { to: "dc" }),
  );
  assert.deepEqual((await diffOf(before, after)).shares, [
    { route: "shop", cluster: "aws", from: 0.9, to: 0.75 },
    { route: "shop", cluster: "dc", from: 0.1, to: 0.25 },
    { route: "ends", cluster: "aws", from: 1, to: 0 },
    { route: "new", cluster: "dc", from: 0, to: 1 },
    { route: "gone", cluster: "pop", from: 1, to: 0 },
  ]);
});

Deno.test("diff: endpoints that come to a cluster move shares without failover", async () => {
  // The default gives a part of a cluster that has no endpoint to the other members.
  const policy = (endpoints: readonly string[]): Json => ({
    clusters: {
      a: { location: "edge", endpoints },
      b: { location: "edge", endpoints: ["https://b.test"] },
    },
    routes: [{ name: "r", split: { a: 50, b: 50 } }],
  });
  assert.deepEqual((await diffOf(policy([]), policy(["https://a.test"]))).shares, [
    { route: "r", cluster: "a", from: 0, to: 0.5 },
    { route: "r", cluster: "b", from: 1, to: 0.5 },
  ]);
});

Deno.test("diff: a first policy is all new", async () => {
  const { from, to, changes, shares, text } = await diffOf(null, RICH);
  assert.deepEqual([from, to], [null, (await sideOf(RICH)).revision]);
  assert.ok(changes.every(({ kind }) => kind !== "removed" && kind !== "warning"));
  assert.ok(
    changes.some(({ message }) => message === "route hello: added: /hello answered with 200"),
  );
  assert.ok(shares.every(({ from }) => from === 0));
  assert.match(text, /^--- none\n\+\+\+ [0-9a-f]{12}\n@@ -0,0 \+1,\d+ @@\n\+\{\n/);
});

Deno.test("diff: comments, layout and the order of keys are no change, but in the text", async () => {
  const one = '{ "clusters": {}, "routes": [{ "name": "a", "respond": { "status": 200 } }] }\n';
  const other =
    '// a\n{ "routes": [{ "respond": { "status": 200 }, "name": "a" }], "clusters": {} }\n';
  const { from, to, changes, shares, text } = await diffOf(one, other);
  assert.equal(from, to);
  assert.deepEqual([changes, shares], [[], []]);
  assert.equal(
    text,
    `--- ${from}\n+++ ${to}\n@@ -1,1 +1,2 @@\n-${one}+${other.replace("\n", "\n+")}`,
  );
  assert.equal((await diffOf(one, one)).text, "");
});

Deno.test("diff: where one is no policy, the texts are compared and the reader is told why", () => {
  const diff = diffTexts(
    { text: "a\n", revision: null },
    { text: "b\n", revision: "1".repeat(12) },
    "so",
  );
  assert.deepEqual(diff, {
    from: null,
    to: "111111111111",
    changes: [{ kind: "warning", path: "$", message: "so" }],
    shares: [],
    text: "--- none\n+++ 111111111111\n@@ -1,1 +1,1 @@\n-a\n+b\n",
  });
});

Deno.test("diff: 4,000 routes, all in another order and with other weights", async () => {
  const count = 4_000;
  const policy = (step: number, aws: number): Json =>
    withRoutes(...Array.from({ length: count }, (_, i) => {
      const n = (i * step) % count;
      return routeTo(`r${n}`, `/${n}/*`, { split: { aws, dc: 100 - aws } });
    }));
  const { changes, shares, text } = diffPolicies(
    await sideOf(policy(1, 80)),
    await sideOf(policy(7919, 70)),
  );
  assert.equal(changes.length, 2 * count + 1);
  assert.match(
    changes.at(-1)!.message,
    /^order changed: .* and \d+ more, which changes the route of/,
  );
  assert.equal(shares.length, 2 * count);
  assert.match(text, /^The texts differ in more than \d+ lines: no diff of them is made\.\n$/);
});

import assert from "node:assert/strict";
import { compile } from "../../src/compile/compile.ts";
import { find } from "../../src/match/find.ts";
import type { CircuitBreakerPlan, FaultPlan } from "../../src/plan/resilience.ts";
import type { ActionPlan, ClusterPlan, ForwardPlan, RoutePlan } from "../../src/plan/plan.ts";
import type { Policy, PolicyCluster, PolicyRoute } from "../../src/policy/schema/policy.ts";
import { memberSeed } from "../../src/steer/choose.ts";
import { factsOf } from "../match/facts.ts";

const clusters: Policy["clusters"] = {
  aws: { location: "public", endpoints: ["https://a.example"] },
  dc: { location: "private", endpoints: ["http://10.0.0.1:8080"] },
  pop: { location: "edge", endpoints: [] },
};

function compileCluster(cluster: Partial<PolicyCluster>): ClusterPlan {
  const only: PolicyCluster = { location: "public", endpoints: [], ...cluster };
  return compile({ clusters: { only }, routes: [] }, "r").clusters[0]!;
}

function compileRoute(route: Partial<PolicyRoute>, rest: Partial<Policy> = {}): RoutePlan {
  return compile({ clusters, routes: [{ name: "r", ...route }], ...rest }, "r").routes[0]!;
}

function compileForward(route: Partial<PolicyRoute>, rest: Partial<Policy> = {}): ForwardPlan {
  const { action } = compileRoute({ to: "aws", ...route }, rest);
  assert.equal(action.kind, "forward");
  return action as ForwardPlan;
}

Deno.test("compile: a cluster with nothing but defaults", () => {
  assert.deepEqual(compileCluster({}), {
    index: 0,
    name: "only",
    location: "public",
    region: "",
    coordinates: null,
    endpoints: [],
    host: "upstream",
    algorithm: "round-robin",
    slowStart: null,
    locality: null,
    overprovisioning: 140,
    panicThreshold: 50,
    outlier: {
      consecutive5xx: 5,
      consecutiveGatewayErrors: 0,
      consecutiveLocalOriginErrors: null,
      successRate: null,
      failurePercentage: null,
      intervalMs: 10_000,
      baseEjectionMs: 30_000,
      maxEjectionMs: 300_000,
      maxEjectionPercent: 100,
    },
    healthCheck: null,
    breaker: null,
    capacity: null,
    timeoutMs: null,
    binding: null,
  });
});

Deno.test("compile: a cluster that says everything", () => {
  const plan = compileCluster({
    location: "private",
    region: "eu-west-1",
    zone: "euw1-az1",
    coordinates: [53.3, -6.3],
    host: "shop.example",
    loadBalancing: {
      algorithm: "random",
      overprovisioning: 200,
      panicThreshold: 0,
      slowStart: "30s",
      locality: {},
    },
    healthCheck: { path: "/healthz" },
    outlierDetection: {
      consecutive5xx: 1,
      consecutiveGatewayErrors: 2,
      consecutiveLocalOriginErrors: 0,
      successRate: {},
      failurePercentage: {},
      interval: "1s",
      baseEjectionTime: "2s",
      maxEjectionTime: "3s",
      maxEjectionPercent: 40,
    },
    circuitBreaker: {},
    capacity: { requestsPerSecond: 0.5 },
    timeout: "30s",
    via: { binding: "DC" },
  });
  assert.deepEqual(plan, {
    index: 0,
    name: "only",
    location: "private",
    region: "eu-west-1",
    coordinates: { latitude: 53.3, longitude: -6.3 },
    endpoints: [],
    host: { name: "shop.example" },
    algorithm: "random",
    slowStart: { windowMs: 30_000, aggression: 1, minWeightPercent: 10 },
    locality: { kind: "failover", failover: [] },
    overprovisioning: 200,
    panicThreshold: 0,
    outlier: {
      consecutive5xx: 1,
      consecutiveGatewayErrors: 2,
      consecutiveLocalOriginErrors: 0,
      successRate: { minimumHosts: 5, requestVolume: 100, stdevFactor: 1.9 },
      failurePercentage: { threshold: 85, minimumHosts: 5, requestVolume: 50 },
      intervalMs: 1000,
      baseEjectionMs: 2000,
      maxEjectionMs: 3000,
      maxEjectionPercent: 40,
    },
    healthCheck: {
      path: "/healthz",
      headers: [],
      timeoutMs: 2000,
      intervalMs: 10_000,
      noTrafficIntervalMs: 60_000,
      jitterMs: 0,
      jitterPercent: 10,
      initialJitterMs: 1000,
      unhealthyThreshold: 3,
      healthyThreshold: 2,
      expect: new Set([200]),
    },
    breaker: { maxRequests: 1024, retries: { kind: "max", max: 3 } },
    capacity: 0.5,
    timeoutMs: 30_000,
    binding: "DC",
  });
  assert.equal(compileCluster({ outlierDetection: false }).outlier, null);
  assert.equal(compileCluster({ host: "preserve" }).host, "preserve");
});

Deno.test("compile: endpoints are origins, without default ports", () => {
  const { endpoints } = compileCluster({
    endpoints: ["https://A.example:443/", "http://10.0.0.1:8080", {
      url: "http://b.example",
      weight: 2,
      priority: 1,
    }],
  });
  const nowhere = { locality: { region: "", zone: "", subzone: "" }, labels: {} };
  assert.deepEqual(endpoints, [
    { index: 0, origin: "https://a.example", weight: 1, priority: 0, ...nowhere },
    { index: 1, origin: "http://10.0.0.1:8080", weight: 1, priority: 0, ...nowhere },
    { index: 2, origin: "http://b.example", weight: 2, priority: 1, ...nowhere },
  ]);
});

Deno.test("compile: an endpoint's place is the cluster's where it says nothing", () => {
  const url = "https://a.example";
  const labels = { version: "v2" };
  const { endpoints } = compileCluster({
    region: "r1",
    zone: "z1",
    endpoints: [
      url,
      { url, subzone: "rack", labels },
      { url, zone: "z2" },
      { url, region: "r2" },
      { url, region: "r2", zone: "z3", subzone: "s" },
    ],
  });
  assert.deepEqual(endpoints.map(({ locality: l }) => `${l.region}/${l.zone}/${l.subzone}`), [
    "r1/z1/",
    "r1/z1/rack",
    "r1/z2/",
    "r2/z1/",
    "r2/z3/s",
  ]);
  assert.deepEqual(endpoints.map((endpoint) => endpoint.labels), [{}, labels, {}, {}, {}]);
});

const breakers: readonly [PolicyCluster["circuitBreaker"] & object, CircuitBreakerPlan][] = [
  [{ maxRequests: 1 }, { maxRequests: 1, retries: { kind: "max", max: 3 } }],
  [{ maxRetries: 0 }, { maxRequests: 1024, retries: { kind: "max", max: 0 } }],
  [{ retryBudget: {} }, {
    maxRequests: 1024,
    retries: { kind: "budget", percent: 20, minConcurrency: 3 },
  }],
  [{ maxRetries: 9, retryBudget: { percent: 0, minConcurrency: 0 } }, {
    maxRequests: 1024,
    retries: { kind: "budget", percent: 0, minConcurrency: 0 },
  }],
];
for (const [written, want] of breakers) {
  Deno.test(`compile: circuitBreaker ${JSON.stringify(written)}`, () => {
    assert.deepEqual(compileCluster({ circuitBreaker: written }).breaker, want);
  });
}

Deno.test("compile: locality by failover needs something that finds endpoints unhealthy", () => {
  const kindOf = (cluster: Partial<PolicyCluster>): string | undefined =>
    compileCluster({ loadBalancing: { locality: {} }, ...cluster }).locality?.kind;
  assert.equal(kindOf({}), "failover");
  assert.equal(kindOf({ outlierDetection: false }), undefined);
  assert.equal(kindOf({ outlierDetection: false, healthCheck: { path: "/" } }), "failover");
});

Deno.test("compile: `to` is a split of one", () => {
  const member = {
    cluster: 1,
    weight: 1,
    seed: memberSeed("dc"),
    requestHeaders: null,
    responseHeaders: null,
  };
  assert.equal(compileForward({ to: "dc" }).select, "weight");
  assert.deepEqual(compileForward({ to: "dc" }).members, [member]);
});

for (const select of ["nearest", "fastest"] as const) {
  Deno.test(`compile: ${select} is a list of even members, in the policy's order`, () => {
    const forward = compileForward({ to: undefined, [select]: ["pop", "aws"] });
    assert.equal(forward.select, select);
    assert.deepEqual(forward.members.map((m) => [m.cluster, m.weight, m.seed]), [
      [2, 1, memberSeed("pop")],
      [0, 1, memberSeed("aws")],
    ]);
  });
}

const mirrors: readonly [PolicyRoute["mirror"], ForwardPlan["mirrors"]][] = [
  [undefined, []],
  [[], []],
  [{ cluster: "pop" }, [{ cluster: 2, percent: 100 }]],
  [[{ cluster: "pop", percent: 0.5 }, { cluster: "dc" }], [
    { cluster: 2, percent: 0.5 },
    { cluster: 1, percent: 100 },
  ]],
];
for (const [mirror, want] of mirrors) {
  Deno.test(`compile: mirror ${JSON.stringify(mirror)}`, () => {
    assert.deepEqual(compileForward({ mirror }).mirrors, want);
  });
}

const faults: readonly [PolicyRoute["fault"], FaultPlan | null][] = [
  [undefined, null],
  [{ delay: { for: "2s" } }, { delay: { percent: 100, forMs: 2000 }, abort: null }],
  [{ abort: { percent: 1, status: 503 } }, { delay: null, abort: { percent: 1, status: 503 } }],
  [{ delay: { percent: 0 }, abort: {} }, {
    delay: { percent: 0, forMs: null },
    abort: { percent: 100, status: null },
  }],
];
for (const [fault, want] of faults) {
  Deno.test(`compile: fault ${JSON.stringify(fault)}`, () => {
    assert.deepEqual(compileForward({ fault }).fault, want);
  });
}

Deno.test("compile: a split as a map and as a list", () => {
  const brief = (forward: ForwardPlan): unknown =>
    forward.select === "weight" && forward.members.map((m) => [m.cluster, m.weight, m.seed]);
  const want = [[1, 20, memberSeed("dc")], [0, 80, memberSeed("aws")]];
  const action = (route: Partial<PolicyRoute>): ForwardPlan =>
    compileRoute(route).action as ForwardPlan;
  assert.deepEqual(brief(action({ split: { dc: 20, aws: 80 } })), want);
  const list = action({
    split: [{ cluster: "dc", weight: 20, headers: { request: { set: { "X-A": "1" } } } }, {
      cluster: "aws",
      weight: 80,
    }],
  });
  assert.deepEqual(brief(list), want);
  assert.deepEqual(list.members[0]!.requestHeaders, { remove: [], set: [["x-a", "1"]], add: [] });
});

Deno.test("compile: a cluster listed twice is two members", () => {
  const { action } = compileRoute({
    split: [{ cluster: "aws", weight: 1 }, { cluster: "aws", weight: 1 }],
  });
  const [first, second] = (action as ForwardPlan).members;
  assert.equal(first!.seed, memberSeed("aws"));
  assert.notEqual(first!.seed, second!.seed);
});

Deno.test("compile: failover by index; absent and empty differ", () => {
  assert.deepEqual(compileForward({ failover: ["pop", "aws"] }).failover, [2, 0]);
  assert.deepEqual(compileForward({ failover: [] }).failover, []);
  assert.equal(compileForward({}).failover, null);
});

Deno.test("compile: an unknown cluster is an error, not index -1", () => {
  assert.throws(() => compileForward({ to: "asw" }), /no cluster "asw"/);
});

const sticky: readonly [PolicyRoute["sticky"] & object, unknown][] = [
  [{ cookie: { name: "s" } }, { by: "cookie", name: "s", ttlSeconds: null }],
  [{ cookie: { name: "s", ttl: "1h" } }, { by: "cookie", name: "s", ttlSeconds: 3600 }],
  [{ cookie: { name: "s", ttl: "1500ms" } }, { by: "cookie", name: "s", ttlSeconds: 2 }],
  [{ cookie: { name: "s", ttl: "0s" } }, { by: "cookie", name: "s", ttlSeconds: null }],
  [{ header: "X-User" }, { by: "header", name: "x-user" }],
  [{ query: "uId" }, { by: "query", name: "uId" }],
  [{ ip: true }, { by: "ip" }],
];
for (const [written, want] of sticky) {
  Deno.test(`compile: sticky ${JSON.stringify(written)}`, () => {
    assert.deepEqual(compileForward({ sticky: written }).sticky, want);
  });
}

Deno.test("compile: defaults lie under each route", () => {
  const defaults: Policy["defaults"] = {
    timeout: "5s",
    idleTimeout: "3s",
    retry: { attempts: 1 },
    hedge: { after: "1s", max: 2 },
    headers: { request: { set: { a: "1", b: "1" } }, response: { add: { c: "1" } } },
  };
  const silent = compileForward({}, { defaults });
  assert.equal(silent.timeoutMs, 5000);
  assert.equal(silent.idleTimeoutMs, 3000);
  assert.equal(silent.retry.attempts, 1);
  assert.deepEqual(silent.hedge, { afterMs: 1000, max: 2 });
  const loud = compileRoute({
    to: "aws",
    timeout: "0s",
    idleTimeout: "0s",
    retry: { maxBody: "0B" },
    hedge: { after: "2s" },
    headers: { request: { set: { b: "2" } }, response: { remove: ["c"] } },
  }, { defaults });
  const action = loud.action as ForwardPlan;
  assert.equal(action.timeoutMs, 0);
  assert.equal(action.idleTimeoutMs, null);
  assert.deepEqual(action.hedge, { afterMs: 2000, max: 2 });
  assert.equal(action.retry.attempts, 1);
  assert.equal(action.retry.maxBodyBytes, 0);
  assert.deepEqual(action.requestHeaders!.set, [["a", "1"], ["b", "2"]]);
  assert.deepEqual(loud.responseHeaders, { remove: ["c"], set: [], add: [] });
  assert.equal(compileForward({ hedge: false }, { defaults }).hedge, null);
  const bare = compileForward({});
  assert.deepEqual([bare.timeoutMs, bare.idleTimeoutMs, bare.hedge], [null, null, null]);
});

const actions: readonly [Partial<PolicyRoute>, ActionPlan][] = [
  [
    { redirect: {} },
    { kind: "redirect", scheme: null, host: null, port: null, path: null, status: 302 },
  ],
  [
    {
      redirect: {
        scheme: "https",
        host: "n.example",
        port: 8443,
        path: { full: "/x" },
        status: 308,
      },
    },
    {
      kind: "redirect",
      scheme: "https",
      host: "n.example",
      port: 8443,
      path: { kind: "full", to: "/x" },
      status: 308,
    },
  ],
  [{ respond: { status: 204 } }, { kind: "respond", status: 204, headers: [], body: null }],
  [
    { respond: { status: 200, headers: { "X-A": "1" }, body: "ok" } },
    { kind: "respond", status: 200, headers: [["x-a", "1"]], body: "ok" },
  ],
];
for (const [route, want] of actions) {
  Deno.test(`compile: ${JSON.stringify(route)}`, () =>
    assert.deepEqual(compileRoute(route).action, want));
}

Deno.test("compile: rewrite", () => {
  const forward = compileForward({ rewrite: { host: "in.example", path: { prefix: "/v2/" } } });
  assert.equal(forward.rewriteHost, "in.example");
  assert.deepEqual(forward.rewritePath, { kind: "prefix", to: "/v2" });
});

Deno.test("compile: the whole plan hangs together", () => {
  const plan = compile({
    clusters,
    routes: [{ name: "one", match: { path: "/one" }, to: "aws" }, {
      name: "two",
      match: { path: "/two/*" },
      to: "dc",
    }],
    trust: { proxies: ["10.0.0.0/8"], clientHeaders: { country: "X-Country" } },
  }, "0123456789ab");
  assert.equal(plan.revision, "0123456789ab");
  const rule = find(plan.table, factsOf({ path: "/two/x" }))!;
  assert.equal(plan.routes[rule.route]!.name, "two");
  assert.equal(rule.prefix, "/two");
  assert.equal(plan.trust.isProxy("10.0.0.1"), true);
  assert.equal(plan.trust.clientHeaders.country, "x-country");
  assert.ok(
    Object.isFrozen(plan) && Object.isFrozen(plan.routes) && Object.isFrozen(plan.clusters),
  );
});

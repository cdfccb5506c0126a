import assert from "node:assert/strict";
import { compile } from "../../src/compile/compile.ts";
import { find } from "../../src/match/find.ts";
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
    endpoints: [],
    host: "upstream",
    algorithm: "round-robin",
    overprovisioning: 140,
    panicThreshold: 50,
    outlier: {
      consecutive5xx: 5,
      consecutiveGatewayErrors: 0,
      intervalMs: 10_000,
      baseEjectionMs: 30_000,
      maxEjectionMs: 300_000,
      maxEjectionPercent: 100,
    },
    timeoutMs: null,
    binding: null,
  });
});

Deno.test("compile: a cluster that says everything", () => {
  const plan = compileCluster({
    location: "private",
    host: "shop.example",
    loadBalancing: { algorithm: "random", overprovisioning: 200, panicThreshold: 0 },
    outlierDetection: {
      consecutive5xx: 1,
      consecutiveGatewayErrors: 2,
      interval: "1s",
      baseEjectionTime: "2s",
      maxEjectionTime: "3s",
      maxEjectionPercent: 40,
    },
    timeout: "30s",
    via: { binding: "DC" },
  });
  assert.deepEqual(plan, {
    index: 0,
    name: "only",
    location: "private",
    endpoints: [],
    host: { name: "shop.example" },
    algorithm: "random",
    overprovisioning: 200,
    panicThreshold: 0,
    outlier: {
      consecutive5xx: 1,
      consecutiveGatewayErrors: 2,
      intervalMs: 1000,
      baseEjectionMs: 2000,
      maxEjectionMs: 3000,
      maxEjectionPercent: 40,
    },
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
  assert.deepEqual(endpoints, [
    { index: 0, origin: "https://a.example", weight: 1, priority: 0 },
    { index: 1, origin: "http://10.0.0.1:8080", weight: 1, priority: 0 },
    { index: 2, origin: "http://b.example", weight: 2, priority: 1 },
  ]);
});

Deno.test("compile: `to` is a split of one", () => {
  const member = {
    cluster: 1,
    weight: 1,
    seed: memberSeed("dc"),
    requestHeaders: null,
    responseHeaders: null,
  };
  assert.deepEqual(compileForward({ to: "dc" }).members, [member]);
});

Deno.test("compile: a split as a map and as a list", () => {
  const brief = (forward: ForwardPlan): unknown =>
    forward.members.map((m) => [m.cluster, m.weight, m.seed]);
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
    retry: { attempts: 1 },
    headers: { request: { set: { a: "1", b: "1" } }, response: { add: { c: "1" } } },
  };
  const silent = compileForward({}, { defaults });
  assert.equal(silent.timeoutMs, 5000);
  assert.equal(silent.retry.attempts, 1);
  const loud = compileRoute({
    to: "aws",
    timeout: "0s",
    retry: { maxBody: "0B" },
    headers: { request: { set: { b: "2" } }, response: { remove: ["c"] } },
  }, { defaults });
  const action = loud.action as ForwardPlan;
  assert.equal(action.timeoutMs, 0);
  assert.equal(action.retry.attempts, 1);
  assert.equal(action.retry.maxBodyBytes, 0);
  assert.deepEqual(action.requestHeaders!.set, [["a", "1"], ["b", "2"]]);
  assert.deepEqual(loud.responseHeaders, { remove: ["c"], set: [], add: [] });
  assert.equal(compileForward({}).timeoutMs, null);
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
    trust: { proxies: ["10.0.0.0/8"] },
  }, "0123456789ab");
  assert.equal(plan.revision, "0123456789ab");
  const rule = find(plan.table, factsOf({ path: "/two/x" }))!;
  assert.equal(plan.routes[rule.route]!.name, "two");
  assert.equal(rule.prefix, "/two");
  assert.equal(plan.trust.isProxy("10.0.0.1"), true);
  assert.ok(
    Object.isFrozen(plan) && Object.isFrozen(plan.routes) && Object.isFrozen(plan.clusters),
  );
});

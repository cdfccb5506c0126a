import assert from "node:assert/strict";
import { headersOf, identityOf, targetOf } from "../../src/check/target.ts";
import type { ClusterPlan } from "../../src/plan/plan.ts";
import type { HealthCheckPlan } from "../../src/plan/resilience.ts";
import { clusterPlan } from "../support/plans.ts";
import { checkPlan } from "./fixture.ts";

const hosts: { host: ClusterPlan["host"]; want: string | null }[] = [
  { host: "upstream", want: null },
  { host: "preserve", want: null },
  { host: { name: "shop.internal" }, want: "shop.internal" },
];
for (const { host, want } of hosts) {
  Deno.test(`check target: Host where the cluster says ${JSON.stringify(host)}`, () => {
    const cluster = clusterPlan("dc", { host, binding: "DC" });
    assert.deepEqual(targetOf(cluster, cluster.endpoints[0]!, checkPlan({ path: "/up?deep=1" })), {
      cluster: "dc",
      origin: "http://dc-0.test",
      url: "http://dc-0.test/up?deep=1",
      host: want,
      binding: "DC",
      timeoutMs: 2000,
    });
  });
}

const lists: { name: string; headers: HealthCheckPlan["headers"]; want: [string, string][] }[] = [
  { name: "none", headers: [], want: [["user-agent", "limen-health-check"]] },
  {
    name: "the policy's own name for itself",
    headers: [["User-Agent", "probe"], ["X-Mode", "deep"]],
    want: [["user-agent", "probe"], ["x-mode", "deep"]],
  },
  {
    name: "a secret, and one that is not set",
    headers: [["authorization", { secret: "KEY" }], ["x-other", { secret: "GONE" }]],
    want: [["user-agent", "limen-health-check"], ["authorization", "k3y"]],
  },
];
for (const { name, headers, want } of lists) {
  Deno.test(`check headers: ${name}`, () => {
    const secret = (name: string): string | null => name === "KEY" ? "k3y" : null;
    assert.deepEqual(headersOf(checkPlan({ headers }), secret), want);
  });
}

const changes: { name: string; cluster?: Partial<ClusterPlan>; check: Partial<HealthCheckPlan> }[] =
  [
    { name: "another path", check: { path: "/other" } },
    { name: "another interval", check: { intervalMs: 1 } },
    { name: "another status", check: { expect: new Set([204]) } },
    { name: "another secret", check: { headers: [["a", { secret: "B" }]] } },
    { name: "another binding", cluster: { binding: "B" }, check: {} },
    { name: "another Host", cluster: { host: { name: "b" } }, check: {} },
  ];
const identity = (
  cluster: Partial<ClusterPlan> = {},
  check: Partial<HealthCheckPlan> = {},
): string => {
  const plan = clusterPlan("dc", cluster);
  return identityOf(targetOf(plan, plan.endpoints[0]!, checkPlan(check)), checkPlan(check));
};
for (const { name, cluster = {}, check } of changes) {
  Deno.test(`check identity: ${name} makes another check`, () => {
    assert.notEqual(identity(cluster, check), identity());
  });
}
Deno.test("check identity: the order of statuses does not", () => {
  const of = (...expect: number[]): string => identity({}, { expect: new Set(expect) });
  assert.equal(of(200, 204), of(204, 200));
});

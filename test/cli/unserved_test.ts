import assert from "node:assert/strict";
import { unservedBy } from "../../src/cli/unserved.ts";
import { compile } from "../../src/compile/compile.ts";
import type { DescribedCluster } from "../../src/health/describe.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { validate } from "../../src/policy/validate.ts";
import { clusterOf, endpointOf } from "./support/fleet.ts";

const url = (cluster: string): string => `http://${cluster}.test`;

function planFor(routes: readonly unknown[]): Plan {
  const clusters = Object.fromEntries(
    ["aws", "dc", "pop"].map((name) => [name, { location: "edge", endpoints: [url(name)] }]),
  );
  const { policy, findings } = validate(JSON.stringify({ clusters, routes }));
  assert.ok(policy !== null, JSON.stringify(findings));
  return compile(policy, "0123456789ab");
}

const clustersWith = (
  states: Readonly<Record<string, "unhealthy" | "draining">> = {},
): DescribedCluster[] =>
  ["aws", "dc", "pop"].map((name) =>
    clusterOf(name, {
      draining: states[name] === "draining",
      endpoints: [endpointOf(0, { url: url(name), state: states[name] ?? "healthy" })],
    })
  );

const rows = [
  { name: "its only cluster", route: { to: "aws" }, clusters: {}, want: 1 },
  {
    name: "a cluster with a failover",
    route: { to: "aws", failover: ["dc"] },
    clusters: {},
    want: 0,
  },
  {
    name: "a cluster whose failover is drained already",
    route: { to: "aws", failover: ["dc"] },
    clusters: { dc: "draining" },
    want: 1,
  },
  {
    name: "a member of a split that goes nowhere else",
    route: { split: { aws: 30, dc: 70 }, failover: [] },
    clusters: {},
    want: 0.3,
  },
  { name: "a member of a split", route: { split: { aws: 30, dc: 70 } }, clusters: {}, want: 0 },
  { name: "another cluster", route: { to: "pop" }, clusters: {}, want: 0 },
] as const;

for (const { name, route, clusters, want } of rows) {
  Deno.test(`unserved: a drain of ${name}`, () => {
    const found = unservedBy("aws", planFor([{ name: "r", ...route }]), clustersWith(clusters));
    assert.deepEqual(found, want === 0 ? [] : [{ route: "r", share: want }]);
  });
}

Deno.test("unserved: what nobody serves already is no news", () => {
  const plan = planFor([{ name: "r", to: "aws" }]);
  assert.deepEqual(unservedBy("aws", plan, clustersWith({ aws: "draining" })), []);
});

Deno.test("unserved: an endpoint that gateways do not know of yet counts as healthy", () => {
  const plan = planFor([{ name: "r", to: "aws", failover: ["dc"] }]);
  assert.deepEqual(unservedBy("aws", plan, [clusterOf("aws")]), []);
});

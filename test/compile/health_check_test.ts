import assert from "node:assert/strict";
import { compileHealthCheck } from "../../src/compile/health_check.ts";
import type { HealthCheckPlan } from "../../src/plan/resilience.ts";
import type { PolicyHealthCheck } from "../../src/policy/schema/policy.ts";

const usual: HealthCheckPlan = {
  path: "/h",
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
};

const rows: readonly [Partial<PolicyHealthCheck>, Partial<HealthCheckPlan>][] = [
  [{}, {}],
  // Six times as long, but no longer than a minute, nor shorter than the interval.
  [{ interval: "5s" }, { intervalMs: 5000, noTrafficIntervalMs: 30_000 }],
  [{ interval: "2m" }, { intervalMs: 120_000, noTrafficIntervalMs: 120_000 }],
  [{ interval: "500ms" }, {
    intervalMs: 500,
    timeoutMs: 500,
    noTrafficIntervalMs: 3000,
    initialJitterMs: 500,
  }],
  [{ interval: "500ms", timeout: "1s" }, {
    intervalMs: 500,
    timeoutMs: 1000,
    noTrafficIntervalMs: 3000,
    initialJitterMs: 500,
  }],
  [{ noTrafficInterval: "5m" }, { noTrafficIntervalMs: 300_000 }],
  [{ jitter: "3s" }, { jitterMs: 3000, jitterPercent: 0 }],
  [{ jitter: "0s" }, { jitterMs: 0, jitterPercent: 0 }],
  [{ unhealthyThreshold: 1, healthyThreshold: 4 }, { unhealthyThreshold: 1, healthyThreshold: 4 }],
  [{ expect: [200, 204, 200] }, { expect: new Set([200, 204]) }],
  [{ headers: { "X-A": "b", Authorization: "secret:HEALTH_TOKEN" } }, {
    headers: [["x-a", "b"], ["authorization", { secret: "HEALTH_TOKEN" }]],
  }],
];
for (const [written, want] of rows) {
  Deno.test(`health check: ${JSON.stringify(written)}`, () => {
    assert.deepEqual(compileHealthCheck({ path: "/h", ...written }), { ...usual, ...want });
  });
}

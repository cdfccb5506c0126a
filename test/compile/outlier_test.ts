import assert from "node:assert/strict";
import { compileOutlier } from "../../src/compile/outlier.ts";
import type { OutlierPlan } from "../../src/plan/plan.ts";
import type { PolicyOutlierDetection } from "../../src/policy/schema/policy.ts";

const usual: OutlierPlan = {
  consecutive5xx: 5,
  consecutiveGatewayErrors: 0,
  consecutiveLocalOriginErrors: null,
  successRate: null,
  failurePercentage: null,
  intervalMs: 10_000,
  baseEjectionMs: 30_000,
  maxEjectionMs: 300_000,
  maxEjectionPercent: 100,
};

const rows: readonly [PolicyOutlierDetection, Partial<OutlierPlan>][] = [
  [{}, {}],
  [{ consecutive5xx: 0, consecutiveGatewayErrors: 3 }, {
    consecutive5xx: 0,
    consecutiveGatewayErrors: 3,
  }],
  // Not split unless it is written; 0 splits them off, and counts them nowhere.
  [{ consecutiveLocalOriginErrors: 0 }, { consecutiveLocalOriginErrors: 0 }],
  [{ successRate: { stdevFactor: 0 } }, {
    successRate: { minimumHosts: 5, requestVolume: 100, stdevFactor: 0 },
  }],
  [{ successRate: { minimumHosts: 2, requestVolume: 10 } }, {
    successRate: { minimumHosts: 2, requestVolume: 10, stdevFactor: 1.9 },
  }],
  [{ failurePercentage: { threshold: 50 } }, {
    failurePercentage: { threshold: 50, minimumHosts: 5, requestVolume: 50 },
  }],
  [{ failurePercentage: { minimumHosts: 1, requestVolume: 1 } }, {
    failurePercentage: { threshold: 85, minimumHosts: 1, requestVolume: 1 },
  }],
  [{ baseEjectionTime: "10m" }, { baseEjectionMs: 600_000, maxEjectionMs: 600_000 }],
  [{ baseEjectionTime: "1s", maxEjectionTime: "2s" }, {
    baseEjectionMs: 1000,
    maxEjectionMs: 2000,
  }],
  [{ maxEjectionPercent: 0 }, { maxEjectionPercent: 0 }],
];
for (const [written, want] of rows) {
  Deno.test(`outlier: ${JSON.stringify(written)}`, () => {
    assert.deepEqual(compileOutlier(written), { ...usual, ...want });
  });
}

Deno.test("outlier: on unless it is false", () => {
  assert.deepEqual(compileOutlier(undefined), usual);
  assert.equal(compileOutlier(false), null);
});

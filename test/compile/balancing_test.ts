import assert from "node:assert/strict";
import { compileLocality, compileSlowStart } from "../../src/compile/balancing.ts";
import type { LocalitySetting } from "../../src/plan/locality.ts";
import type { SlowStartPlan } from "../../src/plan/resilience.ts";
import type { PolicyLocality, PolicySlowStart } from "../../src/policy/schema/policy.ts";

const starts: readonly [PolicySlowStart, SlowStartPlan][] = [
  ["30s", { windowMs: 30_000, aggression: 1, minWeightPercent: 10 }],
  [{ window: "1m30s" }, { windowMs: 90_000, aggression: 1, minWeightPercent: 10 }],
  [{ window: "1ms", aggression: 0.5, minWeightPercent: 0 }, {
    windowMs: 1,
    aggression: 0.5,
    minWeightPercent: 0,
  }],
];
for (const [written, want] of starts) {
  Deno.test(`balancing: slow start ${JSON.stringify(written)}`, () => {
    assert.deepEqual(compileSlowStart(written), want);
  });
}

const westward = [{ from: "east", to: "west" }];
const settings: readonly [PolicyLocality, detecting: LocalitySetting, blind: boolean][] = [
  [{}, { kind: "failover", failover: [] }, false],
  [{ failover: westward }, { kind: "failover", failover: westward }, false],
  [
    { failoverPriority: ["zone", "version=v2"] },
    { kind: "failoverPriority", failoverPriority: ["zone", "version=v2"], failover: [] },
    false,
  ],
  [
    { failoverPriority: ["zone"], failover: westward },
    { kind: "failoverPriority", failoverPriority: ["zone"], failover: westward },
    false,
  ],
  [
    { distribute: [{ from: "east/*", to: { "west/*": 80, "east": 20 } }, { from: "*", to: {} }] },
    {
      kind: "distribute",
      distribute: [{ from: "east/*", to: [["west/*", 80], ["east", 20]] }, { from: "*", to: [] }],
    },
    true,
  ],
];
for (const [written, want, blind] of settings) {
  Deno.test(`balancing: locality ${JSON.stringify(written)}`, () => {
    assert.deepEqual(compileLocality(written, true), want);
    assert.deepEqual(compileLocality(written, false), blind ? want : null);
  });
}

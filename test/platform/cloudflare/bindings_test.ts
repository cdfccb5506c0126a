import assert from "node:assert/strict";
import { missingBindings } from "../../../src/platform/cloudflare/bindings.ts";
import type { Env } from "../../../src/platform/cloudflare/env.ts";
import { clusterPlans, planOf } from "../../support/plans.ts";

const env = { DC: { fetch: () => {} }, TOKEN: "text" } as unknown as Env;

Deno.test("bindings that are there, or not asked for, are no findings", () => {
  assert.deepEqual(missingBindings(planOf(clusterPlans({ a: 1, b: { binding: "DC" } })), env), []);
});

Deno.test("each cluster whose binding is missing is an error of its own", () => {
  const clusters = clusterPlans({
    a: { binding: "DC" },
    b: { binding: "NO" },
    c: { binding: "TOKEN" },
    d: { binding: "NO" },
  });
  const findings = missingBindings(planOf(clusters), env);
  assert.deepEqual(
    findings.map(({ severity, path }) => [severity, path]),
    ["b", "c", "d"].map((name) => ["error", `clusters.${name}.via.binding`]),
  );
  assert.match(findings[1]!.message, /TOKEN/);
});

import assert from "node:assert/strict";
import { missingSecrets } from "../../src/platform/secrets.ts";
import { clusterPlans, plainHealthCheck, planOf } from "../support/plans.ts";

Deno.test("a health check's header whose secret is not set is an error, by its place", () => {
  const plan = planOf(clusterPlans({
    dc: {
      healthCheck: {
        ...plainHealthCheck,
        headers: [["x-plain", "value"], ["authorization", { secret: "SET" }], ["x.key", {
          secret: "UNSET",
        }]],
      },
    },
    aws: 1,
  }));
  const findings = missingSecrets(plan, (name) => name === "SET" ? "s" : null);
  assert.deepEqual(findings.map(({ code, severity, path }) => [code, severity, path]), [
    ["LIM065", "error", 'clusters.dc.healthCheck.headers["x.key"]'],
  ]);
  assert.match(findings[0]!.message, /UNSET/);
});

import assert from "node:assert/strict";
import { newEndpointRecord, newVitals } from "../../src/health/records.ts";
import { parseSituation, type Supposed } from "../../src/simulate/situation.ts";
import { clusterPlans, planOf } from "../support/plans.ts";

const plan = planOf(clusterPlans({ aws: 2, dc: 3, solo: 1, bare: 0 }));

function statesOf(supposed: Supposed): Record<string, readonly string[]> | string {
  const parsed = parseSituation(plan, supposed);
  if (!parsed.ok) return parsed.problem;
  const record = newEndpointRecord("http://a.test", newVitals(false), 0);
  return Object.fromEntries(
    plan.clusters.map((cluster) => [
      cluster.name,
      cluster.endpoints.map((endpoint) => parsed.value(cluster, endpoint, record)),
    ]),
  );
}

const rows: readonly { supposed: Supposed; dc: readonly string[]; aws?: readonly string[] }[] = [
  { supposed: {}, dc: ["healthy", "healthy", "healthy"] },
  { supposed: { down: ["dc"] }, dc: ["unhealthy", "unhealthy", "unhealthy"] },
  { supposed: { down: ["dc/1"] }, dc: ["healthy", "unhealthy", "healthy"] },
  { supposed: { down: ["dc/0", "dc/2"] }, dc: ["unhealthy", "healthy", "unhealthy"] },
  {
    supposed: { down: ["dc/0", "aws/1"], degraded: ["dc"] },
    dc: ["unhealthy", "degraded", "degraded"],
    aws: ["healthy", "unhealthy"],
  },
  { supposed: { down: ["dc/0"], drain: ["dc"] }, dc: ["draining", "draining", "draining"] },
];
for (const { supposed, dc, aws = ["healthy", "healthy"] } of rows) {
  Deno.test(`situation: ${JSON.stringify(supposed)}`, () => {
    assert.deepEqual(statesOf(supposed), { aws, dc, solo: ["healthy"], bare: [] });
  });
}

const problems: readonly (readonly [Supposed, string])[] = [
  [{ down: ["awz"] }, 'there is no cluster "awz", did you mean "aws"?'],
  [{ degraded: ["awz/0"] }, 'there is no cluster "awz", did you mean "aws"?'],
  [{ drain: ["tokyo"] }, 'there is no cluster "tokyo": the policy has aws, dc, solo, bare'],
  [{ down: [""] }, 'there is no cluster "": the policy has aws, dc, solo, bare'],
  [{ down: ["dc/3"] }, "dc/3: dc has endpoints 0 to 2"],
  [{ down: ["dc/-1"] }, "dc/-1: dc has endpoints 0 to 2"],
  [{ down: ["dc/"] }, "dc/: dc has endpoints 0 to 2"],
  [{ down: ["dc/1.0"] }, "dc/1.0: dc has endpoints 0 to 2"],
  [{ down: ["solo/1"] }, "solo/1: solo has one endpoint, 0"],
  [{ down: ["bare/0"] }, "bare/0: bare has no endpoints"],
  [{ drain: ["dc/1"] }, "dc/1: a drain takes out a whole cluster, such as dc"],
];
for (const [supposed, problem] of problems) {
  Deno.test(`situation: refuses ${JSON.stringify(supposed)}`, () => {
    assert.equal(statesOf(supposed), problem);
  });
}

Deno.test("situation: a policy without clusters", () => {
  const parsed = parseSituation(planOf([]), { down: ["a"] });
  assert.deepEqual(parsed, {
    ok: false,
    problem: 'there is no cluster "a": the policy has none',
  });
});

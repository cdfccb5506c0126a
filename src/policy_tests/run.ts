/** Runs the tests that a policy carries, each by the code that explains a request. */
import type { AskedRequest, Gate } from "../explain/dry_run.ts";
import { explain } from "../explain/explain.ts";
import type { Plan } from "../plan/plan.ts";
import type { PolicyTest } from "../policy/schema/policy.ts";
import { supposedSteering } from "../simulate/simulate.ts";
import type { Viewpoint } from "../simulate/viewpoint.ts";
import type { TestReport, TestResult } from "./report.ts";
import { supposedBy } from "./supposed.ts";
import { unmet } from "./unmet.ts";

export interface Testing {
  readonly tests: readonly PolicyTest[];
  /** Of the policy that carries the tests. */
  readonly plan: Plan;
  readonly gate: Gate;
  readonly uuid: () => string;
}

/** Takes time in proportion to the tests: of many routes only those count that a failing test asks about. */
export async function runTests({ tests, plan, gate, uuid }: Testing): Promise<TestReport> {
  const results: TestResult[] = [];
  const reached = new Set<string | null>();
  for (const alike of Map.groupBy(tests.entries(), ([, test]) => situationOf(test)).values()) {
    const supposed = supposedBy(plan, alike[0]![1]);
    if (!supposed.ok) {
      for (const [at, test] of alike) results[at] = resultOf(test, [supposed.problem]);
      continue;
    }
    // Worked out once for all tests that suppose the same; then dropped, as it is as large as the plan.
    const { stateOf, viewpoint } = supposed.value;
    const steering = supposedSteering(plan, stateOf, viewpoint);
    for (const [at, test] of alike) {
      const explanation = await explain(asked(test, viewpoint), { plan, steering, gate, uuid });
      reached.add(explanation.route);
      results[at] = resultOf(test, unmet(test.expect, explanation));
    }
  }
  const passed = results.filter(({ ok }) => ok).length;
  return {
    passed,
    failed: results.length - passed,
    tests: results,
    uncovered: plan.routes.map(({ name }) => name).filter((name) => !reached.has(name)),
  };
}

/** Equal for tests that suppose the same of health and place. */
const situationOf = ({ given, from }: PolicyTest): string => JSON.stringify([given, from]);

const resultOf = ({ name }: PolicyTest, problems: readonly string[]): TestResult => ({
  name,
  ok: problems.length === 0,
  detail: problems.join("; "),
});

function asked({ request }: PolicyTest, { ip, place }: Viewpoint): AskedRequest {
  const { method = "GET", url, headers = {} } = request;
  return {
    method,
    url,
    headers: Object.entries(headers).flatMap(([name, values]) =>
      [values].flat().map((value): readonly [string, string] => [name, value])
    ),
    ip,
    place,
  };
}

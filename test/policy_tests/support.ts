/** Policies with tests, run as every runner of them does. */
import assert from "node:assert/strict";
import { explainGate } from "../../routes/explain_gate.ts";
import { compile } from "../../src/compile/compile.ts";
import { formatFinding } from "../../src/policy/finding.ts";
import { validate } from "../../src/policy/validate.ts";
import type { PolicyTest } from "../../src/policy/schema/policy.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { TestReport } from "../../src/policy_tests/report.ts";
import { runTests } from "../../src/policy_tests/run.ts";

export const uuid = (): string => "00000000-0000-4000-8000-000000000000";

export interface Planned {
  readonly plan: Plan;
  readonly tests: readonly PolicyTest[];
}

/** @param policy an object, or a text with comments; it must be valid */
export function planned(policy: unknown): Planned {
  const checked = validate(typeof policy === "string" ? policy : JSON.stringify(policy));
  const listed = checked.findings.map((finding) => formatFinding("p", finding)).join("\n");
  assert.ok(checked.policy !== null, listed);
  return { plan: compile(checked.policy, "000000000000"), tests: checked.policy.tests ?? [] };
}

export const reportOf = (policy: unknown): Promise<TestReport> =>
  runTests({ ...planned(policy), gate: explainGate, uuid });

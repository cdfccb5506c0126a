/** Policy text to plan, wired from the parts that know each step. */
import { explainGate } from "../../routes/explain_gate.ts";
import { compile } from "../compile/compile.ts";
import type { Plan } from "../plan/plan.ts";
import type { Finding } from "../policy/finding.ts";
import { POLICY_FINGERPRINT } from "../policy/fingerprint.ts";
import { revisionOf } from "../policy/revision.ts";
import { parseDocument } from "../policy/text.ts";
import { type Target, validate } from "../policy/validate.ts";
import { testFindings } from "../policy_tests/findings.ts";
import { runTests } from "../policy_tests/run.ts";
import type { PolicyReader, Rehearsed } from "../store/reader.ts";

/** @param accept why this deployment can't run a plan, if it can't */
export function policyReader(
  target: Target,
  accept: (plan: Plan) => readonly Finding[] = () => [],
): PolicyReader {
  return {
    fingerprint: POLICY_FINGERPRINT,
    validate: (text) => validate(text, { target }),
    parseDocument,
    revisionOf,
    compile,
    rehearse,
    accept,
  };
}

async function rehearse({ policy, plan, text }: Rehearsed): Promise<readonly Finding[]> {
  const { tests = [] } = policy;
  if (tests.length === 0) return [];
  const uuid = (): string => crypto.randomUUID();
  return testFindings(await runTests({ tests, plan, gate: explainGate, uuid }), text);
}

/** The revision of a text that nobody has stamped. Rejects if it is no JSON. */
export const revisionOfText = async (text: string): Promise<string> =>
  await revisionOf(parseDocument(text));

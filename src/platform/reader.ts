/** Policy text to plan, wired from the parts that know each step. */
import { compile } from "../compile/compile.ts";
import type { Plan } from "../plan/plan.ts";
import type { Finding } from "../policy/finding.ts";
import { POLICY_FINGERPRINT } from "../policy/fingerprint.ts";
import { revisionOf } from "../policy/revision.ts";
import { parseDocument } from "../policy/text.ts";
import { type Target, validate } from "../policy/validate.ts";
import type { PolicyReader } from "../store/reader.ts";

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
    accept,
  };
}

/** The revision of a text that nobody has stamped. Rejects if it is no JSON. */
export const revisionOfText = async (text: string): Promise<string> =>
  await revisionOf(parseDocument(text));

/** A policy file as the plan that a gateway would make of it. */
import { compile } from "../compile/compile.ts";
import type { Plan } from "../plan/plan.ts";
import { revisionOf } from "../policy/revision.ts";
import type { Policy } from "../policy/schema/policy.ts";
import { validate } from "../policy/validate.ts";
import { refuseFindings } from "./findings.ts";
import { readPolicyFile } from "./policy_file.ts";

export interface PlannedPolicy {
  readonly policy: Policy;
  readonly plan: Plan;
}

/**
 * @returns `null` for a policy that is not valid: its findings have been printed
 * @throws {CommandError} when the file can't be read
 */
export const readPlannedPolicy = async (
  file: string,
  json: boolean,
): Promise<PlannedPolicy | null> => await plannedPolicy(file, await readPolicyFile(file), json);

/** As `readPlannedPolicy`, of a text. @param file what it is called in findings */
export async function plannedPolicy(
  file: string,
  text: string,
  json: boolean,
): Promise<PlannedPolicy | null> {
  const checked = validate(text);
  if (checked.policy !== null) {
    const { policy, document } = checked;
    return { policy, plan: compile(policy, await revisionOf(document)) };
  }
  const { findings } = checked;
  refuseFindings({ file, findings, json });
  return null;
}

/** As `readPlannedPolicy`, for whoever wants the plan alone. */
export const readPlan = async (file: string, json: boolean): Promise<Plan | null> =>
  (await readPlannedPolicy(file, json))?.plan ?? null;

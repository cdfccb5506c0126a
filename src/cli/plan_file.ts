/** A policy file as the plan that a gateway would make of it. */
import { compile } from "../compile/compile.ts";
import type { Plan } from "../plan/plan.ts";
import { revisionOf } from "../policy/revision.ts";
import { validate } from "../policy/validate.ts";
import { printFindings, tally } from "./findings.ts";
import { print, say } from "./output.ts";
import { readPolicyFile } from "./policy_file.ts";

/**
 * @returns `null` for a policy that is not valid: its findings have been printed
 * @throws {CommandError} when the file can't be read
 */
export async function readPlan(file: string, json: boolean): Promise<Plan | null> {
  const checked = validate(await readPolicyFile(file));
  if (checked.policy !== null) return compile(checked.policy, await revisionOf(checked.document));
  const { findings } = checked;
  if (json) print(JSON.stringify({ findings }, null, 2));
  else printFindings(file, findings);
  say(`limen: ${file} is not a valid policy (${tally(findings)})`);
  return null;
}

/** From a stored document to a plan, doing no more than its stamp makes necessary. */
import type { Plan } from "../plan/plan.ts";
import type { Finding } from "../policy/finding.ts";
import type { Policy } from "../policy/schema/policy.ts";
import type { PolicyReader } from "./reader.ts";
import type { Stamp } from "./stamp.ts";

export type Judged =
  | {
    readonly ok: true;
    readonly plan: Plan;
    readonly revision: string;
    readonly findings: readonly Finding[];
    /** `false` when the stamp's word was taken. */
    readonly validated: boolean;
  }
  | { readonly ok: false; readonly message: string; readonly findings: readonly Finding[] };

/** Validates `text` in full and compiles it. */
export async function judgeText(text: string, reader: PolicyReader): Promise<Judged> {
  try {
    const validated = reader.validate(text);
    if (validated.policy === null) return refused(validated.findings);
    const revision = await reader.revisionOf(validated.document);
    const plan = reader.compile(validated.policy, revision);
    return accepted(plan, validated.findings, true, reader);
  } catch (error) {
    return { ok: false, message: `Compiling the policy failed: ${error}`, findings: [] };
  }
}

/** Compiles a stamped document as it is if this Limen's rules stamped it; else validates it. */
export async function judge(
  text: string,
  stamp: Stamp | null,
  reader: PolicyReader,
): Promise<Judged> {
  if (stamp?.fingerprint !== reader.fingerprint) return await judgeText(text, reader);
  try {
    const policy = reader.parseDocument(text) as Policy;
    return accepted(reader.compile(policy, stamp.revision), [], false, reader);
  } catch {
    // The stamp does not tell the truth: let validation say what is wrong.
    return await judgeText(text, reader);
  }
}

function accepted(
  plan: Plan,
  findings: readonly Finding[],
  validated: boolean,
  reader: PolicyReader,
): Judged {
  const all = [...findings, ...(reader.accept?.(plan) ?? [])];
  if (all.some((finding) => finding.severity === "error")) return refused(all);
  return { ok: true, plan, revision: plan.revision, findings: all, validated };
}

function refused(findings: readonly Finding[]): Judged {
  const errors = findings.filter((finding) => finding.severity === "error");
  const first = errors[0];
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  const message = first ? `${first.path}: ${first.message}${more}` : "The policy is not valid";
  return { ok: false, message, findings };
}

/** From a stored document to a plan, doing no more than its stamp makes necessary. */
import type { Plan } from "../plan/plan.ts";
import type { Finding } from "../policy/finding.ts";
import { located } from "../policy/locate.ts";
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

/** Validates `text` in full, compiles it, and runs the tests that it carries. */
export const judgeText = (text: string, reader: PolicyReader): Promise<Judged> =>
  judgeBy(text, reader, { withTests: true });

async function judgeBy(
  text: string,
  reader: PolicyReader,
  { withTests }: { readonly withTests: boolean },
): Promise<Judged> {
  try {
    const validated = reader.validate(text);
    const { policy, findings } = validated;
    if (policy === null) return refused(findings);
    const plan = reader.compile(policy, await reader.revisionOf(validated.document));
    const failed = withTests ? await reader.rehearse?.({ policy, plan, text }) ?? [] : [];
    return accepted(plan, [...findings, ...failed], true, reader, text);
  } catch (error) {
    return { ok: false, message: `Compiling the policy failed: ${error}`, findings: [] };
  }
}

/**
 * Compiles a stamped document as it is if this Limen's rules stamped it; else validates it. Tests
 * are for what comes without a stamp: another one has passed its own when it was pushed, and a rule
 * that is new here shall not take the policy in force away.
 */
export async function judge(
  text: string,
  stamp: Stamp | null,
  reader: PolicyReader,
): Promise<Judged> {
  const withTests = stamp === null;
  if (stamp?.fingerprint !== reader.fingerprint) return await judgeBy(text, reader, { withTests });
  try {
    const policy = reader.parseDocument(text) as Policy;
    return accepted(reader.compile(policy, stamp.revision), [], false, reader, text);
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
  text: string,
): Judged {
  const all = [...findings, ...located(reader.accept?.(plan) ?? [], text)];
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

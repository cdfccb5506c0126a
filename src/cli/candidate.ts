/** A policy on its way into a target: judged here, before anyone is asked, and held against what is there. */
import { compile } from "../compile/compile.ts";
import { diffPolicies, type DiffSide, diffTexts, type TextDiff } from "../diff/diff.ts";
import { policyReader } from "../platform/reader.ts";
import type { Finding } from "../policy/finding.ts";
import { revisionOf } from "../policy/revision.ts";
import { type Target as Platform, validate } from "../policy/validate.ts";
import type { Active } from "./target/target.ts";

export type Candidate =
  | { readonly ok: true; readonly side: DiffSide; /** Warnings. */ readonly findings: Findings }
  | { readonly ok: false; readonly findings: Findings };

type Findings = readonly Finding[];

/**
 * Validates a policy and runs its own tests.
 *
 * @param platform whose limits are warned about; `null`: those of both
 */
export async function judgeCandidate(text: string, platform: Platform | null): Promise<Candidate> {
  const checked = await readSide(text, platform);
  if (!checked.ok) return checked;
  const { side, findings } = checked;
  // What tests find is the same for either platform.
  const failed = await policyReader(platform ?? "deno").rehearse?.(side) ?? [];
  const all = [...findings, ...failed];
  return failed.some(({ severity }) => severity === "error")
    ? { ok: false, findings: all }
    : { ok: true, side, findings: all };
}

/** As `judgeCandidate`, without its tests: they are for what is to come into force. */
export async function readSide(text: string, platform: Platform | null): Promise<Candidate> {
  const { findings, ...checked } = validate(text, platform === null ? {} : { target: platform });
  if (checked.policy === null) return { ok: false, findings };
  const { policy } = checked;
  const revision = await revisionOf(checked.document);
  return { ok: true, side: { policy, plan: compile(policy, revision), text, revision }, findings };
}

/**
 * What changes when `after` takes the place of what a target holds.
 *
 * @param before `null`: it holds nothing
 */
export async function changesTo(before: Active | null, after: DiffSide): Promise<TextDiff> {
  if (before === null) return diffPolicies(null, after);
  const old = await readSide(before.text, null);
  return old.ok
    ? diffPolicies(old.side, after)
    : diffTexts(before, after, `${nameOf(before)} ${NOT_VALID}`);
}

/** Follows what it is about. */
export const NOT_VALID =
  "is not valid by this Limen's rules: nothing but the texts could be compared";

/** `1a2b3c4d5e6f`. */
export const nameOf = ({ revision }: Pick<Active, "revision">): string =>
  revision ?? "a text that is no policy";

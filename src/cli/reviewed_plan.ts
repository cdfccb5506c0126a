/** The file of `limen plan`: what is to be pushed, and what that will change, for someone to look at. */
import type { TextDiff } from "../diff/diff.ts";
import { revisionOfText } from "../platform/reader.ts";
import { CommandError, EXIT, reasonOf } from "./exit_codes.ts";
import { typedPath } from "./paths.ts";
import { readPolicyFile } from "./policy_file.ts";

export const PLAN_KIND = "limen.plan";
export const PLAN_VERSION = 1;

export interface ReviewedPlan {
  readonly kind: typeof PLAN_KIND;
  readonly version: typeof PLAN_VERSION;
  /** For people: what it was made for. */
  readonly target: string;
  /** The revision that the target held; `null`: none. */
  readonly base: string | null;
  /** Of the policy to push. */
  readonly revision: string;
  readonly by?: string;
  readonly message?: string;
  /** In ISO 8601. */
  readonly madeAt: string;
  /** What changes: for the reader, and a push of the plan changes nothing else. */
  readonly diff: TextDiff;
  /** The policy, byte for byte. */
  readonly text: string;
}

/** @throws {CommandError} when the file can't be read, is no plan, or was altered */
export async function readReviewedPlan(file: string): Promise<ReviewedPlan> {
  const plan = planIn(await readPolicyFile(file), file);
  const revision = await revisionOfText(plan.text).catch(() => null);
  if (revision === plan.revision) return plan;
  throw new CommandError(
    EXIT.bad,
    `${file} was altered: its text is ${
      revision ?? "no policy"
    }, and ${plan.revision} was reviewed`,
  );
}

function planIn(text: string, file: string): ReviewedPlan {
  const value = parsed(text);
  if (value?.["kind"] !== PLAN_KIND) {
    throw new CommandError(EXIT.usage, `${file} is no plan: \`limen plan … --out\` writes one`);
  }
  if (value["version"] !== PLAN_VERSION) {
    const version = JSON.stringify(value["version"]);
    throw new CommandError(
      EXIT.usage,
      `${file} is a plan of version ${version}, this Limen reads ${PLAN_VERSION}: make it again`,
    );
  }
  const { base, revision, target, by, message } = value;
  const isWhole = typeof value["text"] === "string" && isRevision(revision) &&
    (base === null || isRevision(base)) && typeof target === "string" &&
    typeof value["diff"] === "object" && value["diff"] !== null &&
    [by, message].every((said) => said === undefined || typeof said === "string");
  if (!isWhole) {
    throw new CommandError(EXIT.bad, `${file} was altered: parts of the plan are missing`);
  }
  return value as unknown as ReviewedPlan;
}

const isRevision = (value: unknown): boolean =>
  typeof value === "string" && /^[0-9a-f]{12}$/.test(value);

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : null;
  } catch {
    return null;
  }
}

/** A plan may take the place of another plan, and of nothing else. @throws {CommandError} */
export async function writeReviewedPlan(file: string, plan: ReviewedPlan): Promise<void> {
  const path = typedPath(file);
  try {
    const before = await Deno.readTextFile(path).catch((error: unknown) => {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    });
    if (before !== null && parsed(before)?.["kind"] !== PLAN_KIND) {
      throw new CommandError(EXIT.usage, `${file} is there, and is no plan: choose another name`);
    }
    await Deno.writeTextFile(path, `${JSON.stringify(plan, null, 2)}\n`);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(EXIT.usage, `can't write ${file}: ${reasonOf(error)}`);
  }
}

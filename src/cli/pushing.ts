/** What `limen push` pushes, a policy file or a plan, and what has to hold for it. */
import { isDeepStrictEqual } from "node:util";
import type { TextDiff } from "../diff/diff.ts";
import { NO_POLICY } from "../store/port.ts";
import { nameOf } from "./candidate.ts";
import { CommandError, EXIT } from "./exit_codes.ts";
import { readPolicyFile } from "./policy_file.ts";
import { readReviewedPlan, type ReviewedPlan } from "./reviewed_plan.ts";
import type { Active, Target } from "./target/target.ts";

/** What is pushed, and on which condition. */
export interface Pushing {
  /** As findings call it. */
  readonly file: string;
  readonly text: string;
  readonly ifRevision?: string;
  readonly by?: string;
  readonly message?: string;
  /** What a plan was made against; absent: no plan. */
  readonly planned?: Pick<ReviewedPlan, "target" | "base" | "revision" | "diff">;
}

/** On the command line. */
interface Asked {
  readonly plan?: string;
  readonly ifRevision?: string;
  readonly by?: string;
  readonly message?: string;
}

/** @throws {CommandError} */
export async function whatToPush(
  file: string | undefined,
  { plan: planFile, ifRevision, by, message }: Asked,
): Promise<Pushing> {
  const said = {
    ...(ifRevision !== undefined && { ifRevision }),
    ...(by !== undefined && { by }),
    ...(message !== undefined && { message }),
  };
  if (planFile === undefined) {
    if (file === undefined) {
      throw new CommandError(EXIT.usage, "push what? A policy file, or --plan with a plan's file");
    }
    return { ...said, file, text: await readPolicyFile(file) };
  }
  if (file !== undefined) {
    throw new CommandError(EXIT.usage, `--plan holds the policy already: leave out ${file}`);
  }
  if (ifRevision !== undefined) {
    throw new CommandError(EXIT.usage, "--plan says which revision it replaces: no --if-revision");
  }
  const plan = await readReviewedPlan(planFile);
  return {
    ...(plan.by !== undefined && { by: plan.by }),
    ...(plan.message !== undefined && { message: plan.message }),
    ...said,
    ifRevision: plan.base ?? NO_POLICY,
    file: planFile,
    text: plan.text,
    planned: plan,
  };
}

/** Whether a plan was made for something else than what it is pushed to. */
export const isForAnother = ({ label }: Target, { planned }: Pushing): boolean =>
  planned !== undefined && planned.target !== label;

/** @throws {CommandError} when a plan was made against something else than the target holds */
export function checkUnmoved({ label }: Target, { planned }: Pushing, before: Active | null): void {
  if (planned === undefined || planned.base === (before?.revision ?? null)) return;
  const held = before === null ? "no policy" : nameOf(before);
  const next = before?.revision === planned.revision
    ? "it is in force already"
    : "make the plan again";
  throw new CommandError(
    EXIT.unreachable,
    `not pushed: the plan replaces ${
      planned.base ?? "no policy"
    }, and ${label} holds ${held} now: ${next}`,
  );
}

/**
 * The reviewer has seen what stands in the plan, so that has to be what happens. The texts' diff is
 * not held against it: comments may have come since into the policy that is replaced.
 *
 * @param diff what a push would change now
 * @throws {CommandError} when the plan says something else
 */
export function checkReviewed({ file, planned }: Pushing, diff: TextDiff): void {
  if (planned === undefined) return;
  // As a file holds it.
  const { changes, shares }: TextDiff = JSON.parse(JSON.stringify(diff));
  const { diff: seen } = planned;
  if (isDeepStrictEqual([seen.changes, seen.shares], [changes, shares])) return;
  throw new CommandError(
    EXIT.bad,
    `not pushed: ${file} was altered, or made by another Limen: it tells of other changes than a push would make. Make the plan again`,
  );
}

/** What `limen push` pushes, a policy file or a plan, and what has to hold for it. */
import { NO_POLICY } from "../store/port.ts";
import { nameOf } from "./candidate.ts";
import { CommandError, EXIT } from "./exit_codes.ts";
import { say } from "./output.ts";
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
  readonly planned?: Pick<ReviewedPlan, "target" | "base" | "revision">;
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

/** @throws {CommandError} when a plan was made against something else than the target holds */
export function checkUnmoved({ label }: Target, { planned }: Pushing, before: Active | null): void {
  if (planned === undefined) return;
  if (planned.target !== label) say(`  the plan was made for ${planned.target}`);
  if (planned.base === (before?.revision ?? null)) return;
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

/** What the store would say to the condition. @throws {CommandError} */
export function checkCondition({ ifRevision }: Pushing, before: Active | null): void {
  if (ifRevision === undefined || ifRevision === (before?.revision ?? NO_POLICY)) return;
  const held = before === null ? "no policy" : nameOf(before);
  throw new CommandError(
    EXIT.unreachable,
    `a push would be refused: the active policy is ${held}, not ${ifRevision || "none"}`,
  );
}

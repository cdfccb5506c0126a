/** What stands where a command takes a policy: a file, or a target that holds one. */
import type { Plan } from "../plan/plan.ts";
import { CommandError, EXIT } from "./exit_codes.ts";
import { plannedPolicy, readPlan } from "./plan_file.ts";
import {
  openTarget,
  parseTarget,
  refuseWranglerOptions,
  type TargetName,
  type WranglerOptions,
} from "./target/open.ts";

export type Source =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "target"; readonly target: TargetName };

/**
 * What looks like a target is one, so that a command means the same in every folder: a file of such
 * a name is written `./deno`.
 *
 * @throws {InvalidArgumentError} for a target that is none
 */
export const parseSource = (text: string): Source =>
  /^(?:https?:\/\/|(?:cloudflare|deno)(?::|$))/i.test(text)
    ? { kind: "target", target: parseTarget(text) }
    : { kind: "file", path: text };

export interface SourcedPlan {
  readonly plan: Plan;
  /** For people: where it was pulled from; `null`: it was a file. */
  readonly pulledFrom: string | null;
}

/**
 * @returns `null` for a policy that is not valid: its findings have been printed
 * @throws {CommandError} when it can't be read
 */
export async function planFrom(
  source: Source,
  { json, ...options }: WranglerOptions & { readonly json: boolean },
): Promise<SourcedPlan | null> {
  if (source.kind === "file") {
    refuseWranglerOptions(options);
    const plan = await readPlan(source.path, json);
    return plan && { plan, pulledFrom: null };
  }
  const target = await openTarget(source.target, options);
  try {
    const active = await target.active();
    if (active === null) {
      throw new CommandError(EXIT.unreachable, `${target.label} holds no policy`);
    }
    const planned = await plannedPolicy(target.label, active.text, json);
    return planned && { plan: planned.plan, pulledFrom: target.label };
  } finally {
    await target.close();
  }
}

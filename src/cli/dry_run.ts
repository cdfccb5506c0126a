/** A push or a rollback that ends before anything is stored. */
import type { DiffSide, TextDiff } from "../diff/diff.ts";
import type { Finding } from "../policy/finding.ts";
import { NO_POLICY } from "../store/port.ts";
import { nameOf } from "./candidate.ts";
import { CommandError, EXIT, type ExitCode } from "./exit_codes.ts";
import { printFindings, refuseFindings } from "./findings.ts";
import { print, say } from "./output.ts";
import type { Active } from "./target/target.ts";

/** What would come into force, or why it would not. */
export type Change =
  | {
    readonly ok: true;
    readonly side: DiffSide;
    /** Warnings. */
    readonly findings: readonly Finding[];
    readonly diff: TextDiff;
  }
  | { readonly ok: false; readonly findings: readonly Finding[] };

export interface DryRun {
  readonly what: "push" | "rollback";
  /** As findings call the policy. */
  readonly file: string;
  /** What the target holds; `null`: nothing. */
  readonly before: Active | null;
  readonly ifRevision?: string;
  readonly json: boolean;
}

/** @throws {CommandError} when something else is in force than what was to be replaced */
export function onlyShown(
  change: Change,
  { what, file, before, ifRevision, json }: DryRun,
): ExitCode {
  const { findings } = change;
  if (!change.ok) {
    refuseFindings({ file, findings, json, what: `a ${what} would be refused` });
    return EXIT.bad;
  }
  if (ifRevision !== undefined && ifRevision !== (before?.revision ?? NO_POLICY)) {
    const held = before === null ? "no policy" : nameOf(before);
    throw new CommandError(
      EXIT.unreachable,
      `a ${what} would be refused: the active policy is ${held}, not ${ifRevision || "none"}`,
    );
  }
  const { side: { revision }, diff } = change;
  if (json) {
    const previous = before?.revision ?? null;
    print(JSON.stringify({ dryRun: true, revision, previous, findings, diff }, null, 2));
  } else printFindings(file, findings);
  say(`limen: a dry run: nothing is stored. A ${what} would put ${revision} in force`);
  return EXIT.done;
}

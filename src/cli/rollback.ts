/** `limen rollback`: puts in force again what was in force before. */
import { Command, InvalidArgumentError } from "commander";
import type { Activation } from "../store/history.ts";
import { tellAccepted } from "./accepted.ts";
import { changesTo, judgeCandidate, nameOf } from "./candidate.ts";
import { confirmed } from "./confirmed.ts";
import { diffLines } from "./diff_lines.ts";
import { CommandError, EXIT, type ExitCode } from "./exit_codes.ts";
import { printFindings, tally } from "./findings.ts";
import { jsonOption, LISTED, revision } from "./options.ts";
import { type Change, onlyShown } from "./dry_run.ts";
import { colorsFor, print, say } from "./output.ts";
import { ending } from "./run.ts";
import {
  type TargetOptions,
  TARGETS_HELP,
  usingTarget,
  withTargetOptions,
} from "./target/options.ts";
import type { Active, Target } from "./target/target.ts";

export interface RollbackCommandOptions extends TargetOptions {
  readonly dryRun?: true;
  readonly ifRevision?: string;
  readonly by?: string;
  readonly message?: string;
  readonly yes?: true;
  readonly json?: true;
}

/** In place of a revision: the last one that is not the one in force. */
const PREVIOUS = "previous";

/** Of a long diff, a rollback shows the beginning. */
const MOST_CHANGES = 40;
const MOST_TEXT = 60;

export const rollback = (
  wanted: string,
  options: RollbackCommandOptions,
): Promise<ExitCode> =>
  usingTarget(options, async (target): Promise<ExitCode> => {
    const before = await target.active();
    const to = wanted === PREVIOUS ? previousOf(await target.history(), before, target) : wanted;
    const { dryRun, ifRevision: condition, by, message, yes, json = false } = options;
    say(`rolling ${colorsFor(Deno.stderr).bold(target.label)} back to ${to}`);
    const change = await showChanges(target, before, to);
    if (dryRun) {
      const pushed = { file: to, before, what: "rollback" } as const;
      return onlyShown(change, { ...pushed, json, ...(condition && { ifRevision: condition }) });
    }
    const asked = !yes && !target.isLocal && Deno.stdin.isTerminal();
    if (asked && !await confirmed(`Put ${to} in force in ${target.label}?`)) {
      say("limen: not rolled back");
      return EXIT.bad;
    }
    // Who has said yes has said it to this change, not to one from what came in between.
    const ifRevision = condition ?? (asked ? before?.revision ?? undefined : undefined);
    const done = await target.rollback(to, {
      ...(ifRevision !== undefined && { ifRevision }),
      ...(by !== undefined && { by }),
      ...(message !== undefined && { message }),
    });
    if (!done.ok) {
      const { findings = [] } = done;
      if (json && findings.length > 0) print(JSON.stringify({ findings }, null, 2));
      else printFindings(to, findings);
      const why = findings.length > 0 ? ` (${tally(findings)})` : "";
      throw new CommandError(done.exitCode, `not rolled back: ${done.message}${why}`);
    }
    tellAccepted(done, { file: to, previous: before?.revision ?? null, json });
    return EXIT.done;
  });

function previousOf(
  history: readonly Activation[],
  before: Active | null,
  { label }: Target,
): string {
  const current = history[0]?.revision ?? before?.revision;
  const found = history.find((activation) => activation.revision !== current);
  if (found !== undefined) return found.revision;
  throw new CommandError(EXIT.unreachable, `${label} has held nothing else before`);
}

/** Says what the way back changes. */
async function showChanges(target: Target, before: Active | null, to: string): Promise<Change> {
  const text = await target.document(to);
  if (text === null) {
    throw new CommandError(
      EXIT.unreachable,
      `the history of ${target.label} holds no ${to}: ${LISTED}`,
    );
  }
  const judged = await judgeCandidate(text, target.platform);
  // The target refuses it, and says why with all findings.
  if (!judged.ok) return judged;
  const from = before === null ? "no policy" : nameOf(before);
  say(`  ${from} -> ${to}${from === to ? ": the same policy" : ""}`);
  const diff = await changesTo(before, judged.side);
  if (before?.text !== text) {
    const colors = colorsFor(Deno.stderr);
    diffLines(diff, { colors, most: MOST_CHANGES, mostText: MOST_TEXT }).forEach(say);
  }
  return { ...judged, diff };
}

/** @throws {InvalidArgumentError} */
function revisionOrPrevious(text: string): string {
  if (text === PREVIOUS) return text;
  try {
    return revision(text);
  } catch {
    throw new InvalidArgumentError(
      `A revision is 12 hex digits, such as 1a2b3c4d5e6f; or say ${PREVIOUS}.`,
    );
  }
}

export const rollbackCommand = (): Command =>
  withTargetOptions(new Command("rollback"))
    .description("Puts in force again what was in force before, byte for byte.")
    .argument(
      "<revision>",
      `one that \`limen history\` lists, or ${PREVIOUS}: the last other one`,
      revisionOrPrevious,
    )
    .option("--dry-run", "show what would change, and store nothing")
    .option("--if-revision <revision>", "only if this is what the target holds now", revision)
    .option("--by <name>", "who rolls back, for the history")
    .option("--message <text>", "why, for the history")
    .option("--yes", "ask nothing")
    .addOption(jsonOption())
    .addHelpText("after", TARGETS_HELP)
    .action(ending(rollback));

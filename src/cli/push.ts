/** `limen push`: validate, show what changes, ask, store, and read back. */
import { Command } from "commander";
import type { DiffSide } from "../diff/diff.ts";
import type { Finding } from "../policy/finding.ts";
import type { Policy } from "../policy/schema/policy.ts";
import { parseDocument } from "../policy/text.ts";
import { tellAccepted } from "./accepted.ts";
import { changesTo, judgeCandidate, nameOf } from "./candidate.ts";
import { diffLines } from "./diff_lines.ts";
import { confirmed } from "./confirmed.ts";
import { onlyShown } from "./dry_run.ts";
import { CommandError, EXIT, type ExitCode } from "./exit_codes.ts";
import { refuseFindings } from "./findings.ts";
import { jsonOption, revision } from "./options.ts";
import { colorsFor, count, say } from "./output.ts";
import { checkReviewed, checkUnmoved, isForAnother, type Pushing, whatToPush } from "./pushing.ts";
import { ending } from "./run.ts";
import {
  type TargetOptions,
  TARGETS_HELP,
  usingTarget,
  withTargetOptions,
} from "./target/options.ts";
import type { Active, Target } from "./target/target.ts";

export interface PushCommandOptions extends TargetOptions {
  readonly plan?: string;
  readonly dryRun?: true;
  readonly ifRevision?: string;
  readonly by?: string;
  readonly message?: string;
  readonly yes?: true;
  readonly json?: true;
}

/** Of a long diff, a push shows the beginning. */
const MOST_CHANGES = 40;
const MOST_TEXT = 60;

export async function pushFile(
  file: string | undefined,
  options: PushCommandOptions,
): Promise<ExitCode> {
  const pushing = await whatToPush(file, options);
  return await usingTarget(options, async (target): Promise<ExitCode> => {
    const judged = await judgeCandidate(pushing.text, target.platform);
    return judged.ok
      ? await pushTo(target, pushing, judged, options)
      : notPushed(pushing.file, judged.findings, options);
  }, "write");
}

async function pushTo(
  target: Target,
  pushing: Pushing,
  { side: after, findings: warnings }: { readonly side: DiffSide; readonly findings: Findings },
  { dryRun, yes, json }: PushCommandOptions,
): Promise<ExitCode> {
  const { file, text, by, message } = pushing;
  const colors = colorsFor(Deno.stderr);
  say(`pushing ${file} to ${colors.bold(target.label)}`);
  const before = await target.active();
  const same = after.revision === before?.revision ? ": the same policy" : "";
  say(`  ${describe(before)} -> ${describe(after)}${same}`);
  const isElsewhere = isForAnother(target, pushing);
  if (isElsewhere) {
    say(colors.yellow(`  the plan was made for another target: ${pushing.planned!.target}`));
  }
  checkUnmoved(target, pushing, before);
  const diff = await changesTo(before, after);
  checkReviewed(pushing, diff);
  if (before?.text !== text) {
    // Of a first policy, the texts' diff is the policy.
    const mostText = before === null ? 0 : MOST_TEXT;
    diffLines(diff, { colors, most: MOST_CHANGES, mostText }).forEach(say);
  }
  if (dryRun) {
    const change = { ok: true, side: after, findings: warnings, diff } as const;
    return onlyShown(change, { ...pushing, what: "push", before, json: json ?? false });
  }
  const asked = !yes && (!target.isLocal || isElsewhere) && Deno.stdin.isTerminal();
  if (asked && !await confirmed(`Replace the policy of ${target.label}?`)) {
    say("limen: not pushed");
    return EXIT.bad;
  }
  // Who has said yes has said it to this change, not to one from what came in between.
  const ifRevision = pushing.ifRevision ?? (asked ? before?.revision ?? undefined : undefined);
  const pushed = await target.push(text, {
    ...(ifRevision !== undefined && { ifRevision }),
    ...(by !== undefined && { by }),
    ...(message !== undefined && { message }),
  });
  if (!pushed.ok) {
    if (pushed.findings !== undefined) return notPushed(file, pushed.findings, { json });
    throw new CommandError(pushed.exitCode, `not pushed: ${pushed.message}`);
  }
  tellAccepted(pushed, { file, previous: before?.revision ?? null, json: json ?? false });
  const seen = await target.active();
  say(
    seen?.revision === pushed.revision
      ? `  read back: ${pushed.revision} is stored`
      : `  read back: ${describe(seen)}. Another push came after this one, or it does not show yet`,
  );
  return EXIT.done;
}

type Findings = readonly Finding[];

function notPushed(
  file: string,
  findings: Findings,
  { json }: { readonly json?: true | undefined },
): ExitCode {
  refuseFindings({ file, findings, json: json ?? false, what: "not pushed" });
  return EXIT.bad;
}

/** `1a2b3c4d5e6f (3 routes, 2 clusters)`. */
const describe = (active: Active | null): string =>
  active === null ? "no policy" : `${nameOf(active)}${sizeOf(active.text)}`;

function sizeOf(text: string): string {
  try {
    return ` (${size(parseDocument(text) as Policy)})`;
  } catch {
    // What came by a raw put can be anything.
    return "";
  }
}

const size = ({ routes, clusters }: Policy): string =>
  `${count(routes.length, "route")}, ${count(Object.keys(clusters).length, "cluster")}`;

export const pushCommand = (): Command =>
  withTargetOptions(new Command("push"))
    .description("Puts a policy in force.")
    .argument("[file]", "policy; - is standard input")
    .option("--plan <file>", "instead: what `limen plan` has written, as it is")
    .option("--dry-run", "show what would change, and store nothing")
    .option("--if-revision <revision>", "only if this is what the target holds now", revision)
    .option("--by <name>", "who pushes, for the history")
    .option("--message <text>", "why, for the history")
    .option("--yes", "ask nothing")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `${TARGETS_HELP}

What changes is shown on standard error; then, at a terminal and for a target that is not on this
machine, it asks. The last line on standard output is the revision that is now in force.`,
    )
    .action(ending(pushFile));

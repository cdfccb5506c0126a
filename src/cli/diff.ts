/** `limen diff`: what one policy does otherwise than another. */
import { Command } from "commander";
import { diffPolicies, type DiffSide, diffTexts, type TextDiff } from "../diff/diff.ts";
import { nameOf, NOT_VALID, readSide } from "./candidate.ts";
import { diffLines } from "./diff_lines.ts";
import { CommandError, EXIT, type ExitCode } from "./exit_codes.ts";
import { refuseFindings } from "./findings.ts";
import { jsonOption, LISTED } from "./options.ts";
import { colorsFor, print } from "./output.ts";
import { readPolicyFile } from "./policy_file.ts";
import { ending } from "./run.ts";
import {
  refuseWranglerOptions,
  type TargetName,
  targetOption,
  type WranglerOptions,
} from "./target/open.ts";
import { TARGETS_HELP, usingTarget, withWranglerOptions } from "./target/options.ts";
import type { Active, Target } from "./target/target.ts";

export interface DiffCommandOptions extends WranglerOptions {
  readonly to?: TargetName;
  readonly json?: true;
}

export async function diff(a: string, b: string, options: DiffCommandOptions): Promise<ExitCode> {
  const { to, json, ...wrangler } = options;
  if (a === "-" && b === "-") {
    throw new CommandError(EXIT.usage, "standard input is one policy, not two");
  }
  if (to === undefined) refuseWranglerOptions(wrangler);
  // LIMEN_TO may stand there for other commands.
  const isAsked = to !== undefined && [a, b].some(isOfTarget);
  // Files are judged before anyone is asked for the rest.
  const files = new Map<string, DiffSide>();
  for (const name of [a, b]) {
    if (isAsked && isOfTarget(name)) continue;
    const side = await sideIn(name, json ?? false);
    if (side === null) return EXIT.bad;
    files.set(name, side);
  }
  const found = !isAsked
    ? diffPolicies(files.get(a)!, files.get(b)!)
    : await usingTarget({ to, ...wrangler }, async (target) =>
      await compareHeld(
        files.get(a) ?? await heldBy(target, a),
        files.get(b) ?? await heldBy(target, b),
        target.label,
      ));
  if (json) print(JSON.stringify(found, null, 2));
  else {
    const colors = colorsFor(Deno.stdout);
    print(colors.bold(`${found.from ?? "no policy"} -> ${found.to ?? "no policy"}`));
    diffLines(found, { colors }).forEach(print);
  }
  return EXIT.done;
}

const ACTIVE = "active";

/** A file of such a name is written `./active`. */
const isOfTarget = (name: string): boolean => name === ACTIVE || /^[0-9a-f]{12}$/.test(name);

/** @returns `null` for a policy that is not valid: its findings have been printed */
async function sideIn(file: string, json: boolean): Promise<DiffSide | null> {
  const read = await readSide(await textIn(file), null);
  if (read.ok) return read.side;
  refuseFindings({ file, findings: read.findings, json });
  return null;
}

async function textIn(file: string): Promise<string> {
  try {
    return await readPolicyFile(file);
  } catch (error) {
    if (!(error instanceof CommandError) || !isOfTarget(file)) throw error;
    throw new CommandError(error.exitCode, `${error.message}; a revision goes with --to`);
  }
}

/** @returns `null` when the target holds no policy */
async function heldBy(target: Target, name: string): Promise<Active | null> {
  if (name === ACTIVE) return await target.active();
  const text = await target.document(name);
  if (text !== null) return { revision: name, text };
  throw new CommandError(EXIT.unreachable, `${target.label} has no revision ${name}: ${LISTED}`);
}

/** @param label the target's */
async function compareHeld(
  before: DiffSide | Active | null,
  after: DiffSide | Active | null,
  label: string,
): Promise<TextDiff> {
  if (after === null) throw new CommandError(EXIT.unreachable, `${label} holds no policy`);
  const now = await asSide(after);
  if (before === null && now !== null) return diffPolicies(null, now);
  const old = before === null ? null : await asSide(before);
  if (old !== null && now !== null) return diffPolicies(old, now);
  const invalid = [...(old === null && before !== null ? [before] : []), ...(now ? [] : [after])];
  const why = `${invalid.map(nameOf).join(" and ")} ${NOT_VALID}`;
  return diffTexts(before ?? { revision: null, text: "" }, after, why);
}

/** @returns `null`: it is no policy by today's rules */
async function asSide(read: DiffSide | Active): Promise<DiffSide | null> {
  if ("plan" in read) return read;
  const judged = await readSide(read.text, null);
  return judged.ok ? judged.side : null;
}

export const diffCommand = (): Command =>
  withWranglerOptions(new Command("diff").addOption(targetOption().makeOptionMandatory(false)))
    .description("Says what one policy does otherwise than another.")
    .argument("<a>", "the old policy: a file (- is standard input) or, with --to, a revision")
    .argument("<b>", "the new one")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nWith --to, 12 hex digits are a revision of the target's history, and `active` is the policy\n" +
        "in force there. Exits 0 whether they differ or not. What is said: docs/changes.md.\n" +
        TARGETS_HELP,
    )
    .action(ending(diff));

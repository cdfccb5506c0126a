/** `limen pull`: a policy out of a target, byte for byte as it was pushed. */
import { Command } from "commander";
import { CommandError, EXIT, type ExitCode, reasonOf } from "./exit_codes.ts";
import { jsonOption, LISTED, revision } from "./options.ts";
import { print, printText, say } from "./output.ts";
import { typedPath } from "./paths.ts";
import { ending } from "./run.ts";
import {
  type TargetOptions,
  TARGETS_HELP,
  usingTarget,
  withTargetOptions,
} from "./target/options.ts";
import type { Target } from "./target/target.ts";

export interface PullOptions extends TargetOptions {
  readonly revision?: string;
  readonly out?: string;
  readonly force?: true;
  readonly json?: true;
}

interface Pulled {
  /** `null`: the document is no policy. */
  readonly revision: string | null;
  readonly text: string;
}

export async function pull(options: PullOptions): Promise<ExitCode> {
  const { out, force, json } = options;
  const pulled = await usingTarget(options, (target) => pulledFrom(target, options.revision));
  const { revision, text } = pulled;
  if (out !== undefined) {
    await writeTo(out, text, force === true);
    say(`${out}: ${revision ?? "a text that is no policy"}`);
    if (json) print(JSON.stringify({ revision, out }, null, 2));
  } else if (json) print(JSON.stringify({ revision, text }, null, 2));
  else printText(text);
  return EXIT.done;
}

async function pulledFrom(target: Target, revision: string | undefined): Promise<Pulled> {
  if (revision !== undefined) {
    const text = await target.document(revision);
    if (text !== null) return { revision, text };
    throw new CommandError(
      EXIT.unreachable,
      `${target.label} has no revision ${revision}: ${LISTED}`,
    );
  }
  const active = await target.active();
  if (active !== null) return active;
  throw new CommandError(EXIT.unreachable, `${target.label} holds no policy`);
}

/** What is there and says something else is not lost by a slip. */
async function writeTo(file: string, text: string, force: boolean): Promise<void> {
  const path = typedPath(file);
  try {
    const before = force ? null : await Deno.readTextFile(path).catch(noneIfMissing);
    if (before !== null && before !== text) {
      throw new CommandError(
        EXIT.usage,
        `${file} is there and differs: choose another, or overwrite it with --force`,
      );
    }
    await Deno.writeTextFile(path, text);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(EXIT.usage, `can't write ${file}: ${reasonOf(error)}`);
  }
}

function noneIfMissing(error: unknown): null {
  if (error instanceof Deno.errors.NotFound) return null;
  throw error;
}

export const pullCommand = (): Command =>
  withTargetOptions(new Command("pull"))
    .description("Prints the policy in force, or one that was, byte for byte as it was pushed.")
    .option("--revision <revision>", "one of the history; unless set, the one in force", revision)
    .option("--out <file>", "write it there")
    .option("--force", "overwrite a file that says something else")
    .addOption(jsonOption())
    .addHelpText("after", TARGETS_HELP)
    .action(ending(pull));

/** Runs a command, and turns whatever ends it into a message and an exit code. */
import { type Command, CommanderError } from "commander";
import { CommandError, EXIT, type ExitCode } from "./exit_codes.ts";
import { colorsFor, printText, say, sayPart } from "./output.ts";

/** An action's result is the exit code; an action without one is done. */
export type Action<Arguments extends unknown[]> = (...args: Arguments) => Promise<ExitCode>;

/** That an action has come to its end: commander hands no result through. */
class Ended {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode) {
    this.exitCode = exitCode;
  }
}

/** An action whose result becomes the process's exit code, by way of `run`. */
export const ending =
  <Arguments extends unknown[]>(action: Action<Arguments>) =>
  async (...args: Arguments): Promise<never> => {
    throw new Ended(await action(...args));
  };

/** Stands below the help of every command. */
const EXIT_CODES_HELP = `
Exit codes: 0 done; 1 the policy, or the answer, is bad; 2 wrong usage;
3 the gateway or the store can't be reached, or refused.`;

/** What commands have in common, however they are made. */
function prepared(command: Command): Command {
  for (const each of [command, ...command.commands]) {
    each.exitOverride().showHelpAfterError("(--help shows what there is)").configureOutput({
      writeOut: printText,
      writeErr: sayPart,
      outputError: (text, write) => write(text.replace(/^error:/, prefix())),
    });
  }
  return command.addHelpText("afterAll", EXIT_CODES_HELP);
}

const prefix = (): string => colorsFor(Deno.stderr).red("limen:");

/** Ends the process. */
export async function run(command: Command, args: readonly string[]): Promise<never> {
  Deno.exit(await exitCodeOf(command, args));
}

async function exitCodeOf(command: Command, args: readonly string[]): Promise<ExitCode> {
  try {
    await prepared(command).parseAsync(args as string[], { from: "user" });
    return EXIT.done;
  } catch (error) {
    if (error instanceof Ended) return error.exitCode;
    // Commander has said what is wrong already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (error instanceof CommandError) {
      say(`${prefix()} ${error.message}`);
      return error.exitCode;
    }
    say(`${prefix()} a bug: ${error instanceof Error ? error.stack : String(error)}`);
    return EXIT.unreachable;
  }
}

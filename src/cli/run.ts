/** Runs a command, and turns whatever ends it into a message and an exit code. */
import { type Command, CommanderError } from "commander";
import { CommandError, EXIT, type ExitCode } from "./exit_codes.ts";
import { colorsFor, say } from "./output.ts";

/** An action's result is the exit code; an action without one is done. */
export type Action<Arguments extends unknown[]> = (...args: Arguments) => Promise<ExitCode>;

/** An action that ends the process with its exit code. */
export const ending =
  <Arguments extends unknown[]>(action: Action<Arguments>) =>
  async (...args: Arguments): Promise<never> => Deno.exit(await action(...args));

/** Stands below the help of every command. */
const EXIT_CODES_HELP = `
Exit codes: 0 done; 1 the policy, or the answer, is bad; 2 wrong usage;
3 the gateway or the store can't be reached, or refused.`;

/** What commands have in common, however they are made. */
function prepared(command: Command): Command {
  for (const each of [command, ...command.commands]) {
    each.exitOverride().showHelpAfterError("(--help shows what there is)").configureOutput({
      outputError: (text, write) => write(text.replace(/^error:/, prefix())),
    });
  }
  return command.addHelpText("afterAll", EXIT_CODES_HELP);
}

const prefix = (): string => colorsFor(Deno.stderr).red("limen:");

export async function run(command: Command, args: readonly string[]): Promise<void> {
  try {
    await prepared(command).parseAsync(args as string[], { from: "user" });
  } catch (error) {
    // Commander has said what is wrong already.
    if (error instanceof CommanderError) Deno.exit(error.exitCode === 0 ? EXIT.done : EXIT.usage);
    if (!(error instanceof CommandError)) throw error;
    say(`${prefix()} ${error.message}`);
    Deno.exit(error.exitCode);
  }
}

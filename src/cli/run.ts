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

export async function run(command: Command, args: readonly string[]): Promise<void> {
  for (const each of [command, ...command.commands]) {
    each.exitOverride().showHelpAfterError("(--help shows what there is)");
  }
  try {
    await command.parseAsync(args as string[], { from: "user" });
  } catch (error) {
    // Commander has said what is wrong already.
    if (error instanceof CommanderError) Deno.exit(error.exitCode === 0 ? EXIT.done : EXIT.usage);
    if (!(error instanceof CommandError)) throw error;
    say(`${colorsFor(Deno.stderr).red("limen:")} ${error.message}`);
    Deno.exit(error.exitCode);
  }
}

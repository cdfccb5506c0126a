/** Runs a command, and turns whatever ends it into a message and an exit code. */
import { Command, CommanderError } from "commander";
import { CommandError, EXIT } from "./exit_codes.ts";

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
    Deno.stderr.writeSync(new TextEncoder().encode(`limen: ${error.message}\n`));
    Deno.exit(error.exitCode);
  }
}

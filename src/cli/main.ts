/** `deno task limen COMMAND …`: the command line. */
import { Command } from "commander";
import { pushCommand } from "./push.ts";
import { run } from "./run.ts";
import { validateCommand } from "./validate.ts";

export const limen = (): Command =>
  new Command("limen")
    .description("Writes, checks and pushes the policy of a Limen gateway.")
    .addCommand(validateCommand())
    .addCommand(pushCommand())
    .addHelpText(
      "after",
      "\nExit codes: 0 done; 1 the policy is bad; 2 wrong usage;\n" +
        "3 the gateway or the store can't be reached, or refused.",
    );

if (import.meta.main) await run(limen(), Deno.args);

/** `deno task limen COMMAND …`: the command line. */
import { Command } from "commander";
import { explainCommand } from "./explain.ts";
import { pushCommand } from "./push.ts";
import { run } from "./run.ts";
import { simulateCommand } from "./simulate.ts";
import { validateCommand } from "./validate.ts";

export const limen = (): Command =>
  new Command("limen")
    .description("Writes, checks and pushes the policy of a Limen gateway.")
    .addCommand(validateCommand())
    .addCommand(pushCommand())
    .addCommand(explainCommand())
    .addCommand(simulateCommand())
    .addHelpText(
      "after",
      "\nExit codes: 0 done; 1 the policy is bad; 2 wrong usage;\n" +
        "3 the gateway or the store can't be reached, or refused.",
    );

if (import.meta.main) await run(limen(), Deno.args);

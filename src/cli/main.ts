/** `deno task limen COMMAND …`: the command line. */
import { Command } from "commander";
import { clustersCommand } from "./clusters.ts";
import { completionCommand } from "./completion.ts";
import { diffCommand } from "./diff.ts";
import { drainCommand, undrainCommand } from "./drain.ts";
import { explainCommand } from "./explain.ts";
import { historyCommand } from "./history.ts";
import { initCommand } from "./init.ts";
import { planCommand } from "./plan.ts";
import { pullCommand } from "./pull.ts";
import { pushCommand } from "./push.ts";
import { rollbackCommand } from "./rollback.ts";
import { run } from "./run.ts";
import { simulateCommand } from "./simulate.ts";
import { statusCommand } from "./status.ts";
import { testCommand } from "./test.ts";
import { traceCommand } from "./trace.ts";
import { validateCommand } from "./validate.ts";
import { VERSION } from "./version.ts";

export const limen = (): Command =>
  new Command("limen")
    .description("Writes, checks and pushes the policy of a Limen gateway.")
    .version(VERSION, "-V, --version", "this Limen's version")
    // What a command takes is in its own help.
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .commandsGroup("Write a policy:")
    .addCommand(initCommand())
    .addCommand(validateCommand())
    .addCommand(testCommand())
    .commandsGroup("Put it in force, and get back:")
    .addCommand(diffCommand())
    .addCommand(planCommand())
    .addCommand(pushCommand())
    .addCommand(pullCommand())
    .addCommand(historyCommand())
    .addCommand(rollbackCommand())
    .commandsGroup("Ask why, and what if:")
    .addCommand(explainCommand())
    .addCommand(traceCommand())
    .addCommand(simulateCommand())
    .commandsGroup("Operate gateways:")
    .addCommand(statusCommand())
    .addCommand(clustersCommand())
    .addCommand(drainCommand())
    .addCommand(undrainCommand())
    .commandsGroup("More:")
    .addCommand(completionCommand())
    .helpCommand("help [command]", "Shows this, or all about one command.")
    .addHelpText("after", "\n`limen COMMAND --help` tells what a command takes.");

if (import.meta.main) await run(limen(), Deno.args);

/** `limen simulate`: where a policy's traffic would go. */
import { Command } from "commander";
import { simulate } from "../simulate/simulate.ts";
import { parseSituation } from "../simulate/situation.ts";
import { parseViewpoint } from "../simulate/viewpoint.ts";
import { EXIT, type ExitCode } from "./exit_codes.ts";
import { jsonOption } from "./options.ts";
import { colorsFor, print, terminalWidth } from "./output.ts";
import { readPlan } from "./plan_file.ts";
import { ending } from "./run.ts";
import { sharesTable } from "./shares_table.ts";
import { collect, fromOption, understood } from "./what_if.ts";

export interface SimulateCommandOptions {
  readonly down?: readonly string[];
  readonly degraded?: readonly string[];
  readonly drain?: readonly string[];
  readonly from?: readonly string[];
  readonly json?: true;
}

export async function simulateFile(
  file: string,
  { from = [], json, ...supposed }: SimulateCommandOptions,
): Promise<ExitCode> {
  const viewpoint = understood(parseViewpoint(from), "--from");
  const plan = await readPlan(file, json ?? false);
  if (plan === null) return EXIT.bad;
  const simulated = simulate(plan, understood(parseSituation(plan, supposed)), viewpoint);
  if (json) print(JSON.stringify(simulated, null, 2));
  else {
    const look = { colors: colorsFor(Deno.stdout), width: terminalWidth() };
    for (const line of sharesTable(simulated, look)) print(line);
  }
  return EXIT.done;
}

export const simulateCommand = (): Command =>
  new Command("simulate")
    .description("What if: the exact share of traffic that each cluster and endpoint would get.")
    .argument("<file>", "policy; - is standard input")
    .option("--down <cluster[/n]>", "unhealthy, all of it or its endpoint n; repeatable", collect)
    .option("--degraded <cluster[/n]>", "usable, but after healthy ones; repeatable", collect)
    .option("--drain <cluster>", "takes no new requests; repeatable", collect)
    .addOption(fromOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nEverything not named is healthy. Endpoints count from 0.\n" +
        "How to read the answer: docs/simulate.md.",
    )
    .action(ending(simulateFile));

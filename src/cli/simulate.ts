/** `limen simulate`: where a policy's traffic would go. */
import { Command } from "commander";
import { simulate } from "../simulate/simulate.ts";
import { parseSituation } from "../simulate/situation.ts";
import { parseViewpoint } from "../simulate/viewpoint.ts";
import { EXIT, type ExitCode } from "./exit_codes.ts";
import { jsonOption } from "./options.ts";
import { colorsFor, print, say, terminalWidth } from "./output.ts";
import { ending } from "./run.ts";
import { sharesTable } from "./shares_table.ts";
import { parseSource, planFrom, type Source } from "./source.ts";
import type { WranglerOptions } from "./target/open.ts";
import { TARGETS_HELP, withWranglerOptions } from "./target/options.ts";
import { collect, fromOption, understood } from "./what_if.ts";

export interface SimulateCommandOptions extends WranglerOptions {
  readonly down?: readonly string[];
  readonly degraded?: readonly string[];
  readonly drain?: readonly string[];
  readonly from?: readonly string[];
  readonly json?: true;
}

export async function simulatePolicy(
  source: Source,
  { from = [], json, ...options }: SimulateCommandOptions,
): Promise<ExitCode> {
  const viewpoint = understood(parseViewpoint(from), "--from");
  const read = await planFrom(source, { json: json ?? false, ...options });
  if (read === null) return EXIT.bad;
  const { plan, pulledFrom } = read;
  if (pulledFrom !== null) say(`simulated here, by the policy ${plan.revision} of ${pulledFrom}`);
  const simulated = simulate(plan, understood(parseSituation(plan, options)), viewpoint);
  if (json) print(JSON.stringify(simulated, null, 2));
  else {
    const look = { colors: colorsFor(Deno.stdout), width: terminalWidth() };
    for (const line of sharesTable(simulated, look)) print(line);
  }
  return EXIT.done;
}

export const simulateCommand = (): Command =>
  withWranglerOptions(new Command("simulate"))
    .description("Tells what share of the traffic each cluster and endpoint would get, exactly.")
    .argument("<file|target>", "a policy (- is standard input), or what holds one", parseSource)
    .option("--down <cluster[/n]>", "unhealthy, all of it or its endpoint n; repeatable", collect)
    .option("--degraded <cluster[/n]>", "usable, but after healthy ones; repeatable", collect)
    .option("--drain <cluster>", "takes no new requests; repeatable", collect)
    .addOption(fromOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nEverything not named is healthy. Endpoints count from 0.\n" +
        "How to read the answer: docs/simulate.md. A file that is named like a target is written ./NAME.\n" +
        TARGETS_HELP,
    )
    .action(ending(simulatePolicy));

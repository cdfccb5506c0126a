/** `deno task bench`: measures and reports, asserts nothing. See issues 2 and 3 for where the aims come from. */
import { Command, InvalidArgumentError, Option } from "commander";
import { benchBundle } from "./bundle.ts";
import { benchKvReads } from "./kv_reads.ts";
import { benchMemory } from "./memory/bench.ts";
import { benchMicro } from "./micro/bench.ts";
import { benchProxy } from "./proxy/bench.ts";
import { format, type Report } from "./report.ts";

interface Options {
  readonly only: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
  readonly json: boolean;
}

const benches: Readonly<Record<string, (options: Options) => Promise<Report[]>>> = {
  workerd: (options) => benchProxy("cloudflare", options),
  deno: (options) => benchProxy("deno", options),
  micro: benchMicro,
  memory: benchMemory,
  kv: benchKvReads,
  bundle: benchBundle,
};

const names = Object.keys(benches);

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 1000) {
    throw new InvalidArgumentError("It must be a whole number from 1 to 1000.");
  }
  return number;
}

function known(name: string, before: readonly string[]): readonly string[] {
  if (!names.includes(name)) throw new InvalidArgumentError(`There are ${names.join(", ")}.`);
  return before === names ? [name] : [...before, name];
}

const print = (text: string): void =>
  void Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));

const command = new Command("bench")
  .description("Measures the gateway. Linux only, for it reads /proc.")
  .addOption(
    new Option("--only <name>", `${names.join(", ")}; repeatable`).argParser(known)
      .default(names, "all"),
  )
  .option("--rounds <number>", "how often everything is measured", wholeNumber, 5)
  .option("--seconds <number>", "length of one measurement under load", wholeNumber, 3)
  .option("--json", "every figure as JSON, in place of the tables", false)
  .parse(Deno.args, { from: "user" });

const options: Options = command.opts();
const reports: Report[] = [];
for (const name of options.only) {
  const measured = await benches[name]!(options);
  reports.push(...measured);
  if (!options.json) { for (const report of measured) print(format(report)); }
}
if (options.json) print(JSON.stringify(reports, null, 2));
Deno.exit(0);

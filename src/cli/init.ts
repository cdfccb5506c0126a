/** `limen init`: a first policy, from questions or from flags. */
import { Command } from "commander";
import { dirname, relative, resolve } from "node:path";
import { validate } from "../policy/validate.ts";
import { DENO_COMMAND } from "./deno_command.ts";
import { CommandError, EXIT, type ExitCode, reasonOf } from "./exit_codes.ts";
import { printFindings } from "./findings.ts";
import type { Draft } from "./init/draft.ts";
import { draftOf } from "./init/flags.ts";
import { nextSteps } from "./init/next_steps.ts";
import { policyText } from "./init/policy_text.ts";
import { colorsFor, count, print, say } from "./output.ts";
import { ROOT } from "./paths.ts";
import { ending } from "./run.ts";
import { collect } from "./what_if.ts";

export interface InitCommandOptions {
  readonly cluster?: readonly string[];
  readonly route?: string;
  readonly name?: string;
  readonly split?: string;
  readonly failover?: string;
  readonly out?: string;
  readonly force?: true;
  readonly yes?: true;
}

export async function initPolicy(options: InitCommandOptions): Promise<ExitCode> {
  const { force = false } = options;
  const file = options.out ?? (await isThere("policies") ? "policies/policy.json" : "policy.json");
  // Said before anything is asked.
  if (!force && await isThere(file)) throw taken(file);
  const draft = await draftFrom(options);
  if (draft === null) {
    say("limen: nothing was written");
    return EXIT.bad;
  }
  const text = policyText(draft, await schemaFrom(file));
  const { policy, findings } = validate(text);
  printFindings(file, findings);
  if (policy === null) {
    throw new CommandError(EXIT.bad, `${file} would not be a valid policy: nothing was written`);
  }
  await write(file, text, force);
  const { clusters, tests = [] } = policy;
  const bold = colorsFor(Deno.stdout).bold;
  const what = [
    count(Object.keys(clusters).length, "cluster"),
    "1 route",
    count(tests.length, "test"),
  ];
  print(`${bold(file)} is written: ${what.join(", ")}.`);
  for (const line of nextSteps({ file, root: ROOT, cwd: Deno.cwd(), deno: DENO_COMMAND })) {
    print(line);
  }
  return EXIT.done;
}

/** @returns `null` if whoever was asked had enough */
async function draftFrom(options: InitCommandOptions): Promise<Draft | null> {
  const { cluster = [], yes = false } = options;
  if (cluster.length > 0) return draftOf({ ...options, cluster });
  if (yes || !Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) {
    throw new CommandError(
      EXIT.usage,
      "there is nobody to ask: name the clusters, as in\n" +
        "       --cluster aws=public:https://shop.example.com --cluster pop=edge:https://pop.example.com\n" +
        "       (and --route, --split, --failover: see --help)",
    );
  }
  const given = (["route", "name", "split", "failover"] as const).find((flag) =>
    options[flag] !== undefined
  );
  if (given !== undefined) {
    throw new CommandError(
      EXIT.usage,
      `--${given} goes with --cluster: without it everything is asked`,
    );
  }
  const { askAtTerminal } = await import("./init/prompts.ts");
  return await askAtTerminal();
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new CommandError(EXIT.usage, `can't look at ${path}: ${reasonOf(error)}`);
  }
}

const taken = (file: string): CommandError =>
  new CommandError(
    EXIT.usage,
    `${file} is there already: --force replaces it, --out FILE writes elsewhere`,
  );

/** The checkout's JSON Schema, seen from a file. */
async function schemaFrom(file: string): Promise<string | null> {
  const schema = `${ROOT}/policies/policy.schema.json`;
  if (!await isThere(schema)) return null;
  const path = relative(dirname(resolve(file)), schema).replaceAll("\\", "/");
  return path.startsWith(".") ? path : `./${path}`;
}

async function write(file: string, text: string, force: boolean): Promise<void> {
  try {
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeTextFile(file, text, { createNew: !force });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists && !force) throw taken(file);
    throw new CommandError(EXIT.usage, `can't write ${file}: ${reasonOf(error)}`);
  }
}

export const initCommand = (): Command =>
  new Command("init")
    .description("Writes a first policy: asks for what it needs, or takes flags.")
    .option(
      "--cluster <name=location:url[,url]>",
      "a cluster and its endpoints; location is public, private or edge; repeatable",
      collect,
    )
    .option(
      "--route <path>",
      "what goes there: /shop/* is all below /shop (unless set: /*, everything)",
    )
    .option("--name <name>", "the route's name (unless set: made from the path)")
    .option("--split <weights>", "as in a=80,b=20 (unless set: all to the first cluster)")
    .option(
      "--failover <clusters>",
      "who takes over, as in x,y (unless set, and without --split: the other clusters, in order)",
    )
    .option(
      "--out <file>",
      "where to (unless set: policies/policy.json, or policy.json where there is no such folder)",
    )
    .option("--force", "replace the file if it is there")
    .option("--yes", "ask nothing")
    .addHelpText(
      "after",
      `
Example:
  limen init --cluster aws=public:https://shop.example.com \\
    --cluster dc=private:http://10.0.3.7:8080,http://10.0.3.8:8080 \\
    --route '/shop/*' --split aws=80,dc=20`,
    )
    .action(ending(initPolicy));

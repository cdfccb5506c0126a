/** `limen init`: a first policy, from questions or from flags. */
import { Command } from "commander";
import { dirname, relative } from "node:path";
import type { Policy } from "../policy/schema/policy.ts";
import { validate } from "../policy/validate.ts";
import { DENO_COMMAND } from "./deno_command.ts";
import { CommandError, EXIT, type ExitCode, reasonOf } from "./exit_codes.ts";
import { printFindings } from "./findings.ts";
import type { Draft } from "./init/draft.ts";
import { draftOf } from "./init/flags.ts";
import { nextSteps } from "./init/next_steps.ts";
import { policyText } from "./init/policy_text.ts";
import { colorsFor, count, print, printText, say } from "./output.ts";
import { callersFolder, ROOT, typedPath } from "./paths.ts";
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
  const toFile = file !== STDOUT;
  // Said before anything is asked.
  if (toFile && !force && await isThere(file)) throw taken(file);
  const draft = await draftFrom(options);
  if (draft === null) {
    say("limen: nothing was written");
    return EXIT.bad;
  }
  const text = policyText(draft, toFile ? await schemaFrom(file) : null);
  const { policy, findings } = validate(text);
  printFindings(file, findings, toFile ? print : say);
  if (policy === null) {
    throw new CommandError(EXIT.bad, `${file} would not be a valid policy: nothing was written`);
  }
  if (toFile) {
    await write(file, text, force);
    print(`${colorsFor(Deno.stdout).bold(file)} is written: ${contentsOf(policy)}.`);
  } else {
    printText(text);
    say(`That is a policy: ${contentsOf(policy)}. Once it is in ${IN_A_FILE}:`);
  }
  const steps = {
    file: toFile ? file : IN_A_FILE,
    root: ROOT,
    cwd: callersFolder(),
    deno: DENO_COMMAND,
  };
  nextSteps(steps).forEach(toFile ? print : say);
  return EXIT.done;
}

/** In place of a file. */
const STDOUT = "-";

/** A name for what went to standard output. */
const IN_A_FILE = "policy.json";

/** `2 clusters, 1 route, 2 tests`. */
const contentsOf = ({ clusters, tests = [] }: Policy): string =>
  [count(Object.keys(clusters).length, "cluster"), "1 route", count(tests.length, "test")]
    .join(", ");

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
    await Deno.stat(typedPath(path));
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
  const path = relative(dirname(typedPath(file)), schema).replaceAll("\\", "/");
  return path.startsWith(".") ? path : `./${path}`;
}

async function write(file: string, text: string, force: boolean): Promise<void> {
  try {
    const path = typedPath(file);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text, { createNew: !force });
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
      "where to, - is standard output (unless set: policies/policy.json, or policy.json where there is no such folder)",
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

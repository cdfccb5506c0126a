/** Every command line there is, by which it is run in this process. */
import type { Command } from "commander";
import { buildCommand } from "../../../src/cli/build.ts";
import { demoCommand } from "../../../src/cli/demo.ts";
import { deployCommand } from "../../../src/cli/deploy_cloudflare.ts";
import { limen } from "../../../src/cli/main.ts";
import { startCommand } from "../../../src/cli/start.ts";
import { ADMIN_TOKEN } from "../../e2e/support/gateway.ts";
import type { Ran } from "./command.ts";
import { COMMANDS, type Given, type Row, TASKS } from "./command_rows.ts";
import { runHere } from "./in_process.ts";

/** A command line and what is known of it. */
export interface Line {
  /** As its usage has it. */
  readonly name: string;
  /** To be run with `before`, made anew each time. */
  readonly root: () => Command;
  readonly before: readonly string[];
  readonly row: Row;
}

const TASK_COMMANDS: Readonly<Record<string, () => Command>> = {
  start: startCommand,
  demo: demoCommand,
  build: buildCommand,
  "deploy:cloudflare": deployCommand,
};

export const LINES: readonly Line[] = [
  ...Object.entries(COMMANDS).map(([name, row]): Line => ({
    name: `limen ${name}`,
    root: limen,
    before: [name],
    row,
  })),
  ...Object.entries(TASKS).map(([name, row]): Line => ({
    name: `deno task ${name}`,
    root: TASK_COMMANDS[name]!,
    before: [],
    row,
  })),
];

export const commandOf = ({ root, before: [name] }: Line): Command =>
  name === undefined ? root() : root().commands.find((command) => command.name() === name)!;

/** @param env the gateways' token unless set */
export const runLine = (
  { root, before }: Line,
  args: readonly string[],
  env: Readonly<Record<string, string>> = { LIMEN_ADMIN_TOKEN: ADMIN_TOKEN },
): Promise<Ran> => runHere(root(), [...before, ...args], env);

/** The command's words and the options that it can't do without. */
export function argsOf(line: Line, given: Given, words = line.row.words): readonly string[] {
  const { options = (): readonly string[] => [] } = line.row;
  const isMandatory = commandOf(line).options.some(({ mandatory }) => mandatory);
  return [...words(given), ...options(given), ...(isMandatory ? ["--to", given.to] : [])];
}

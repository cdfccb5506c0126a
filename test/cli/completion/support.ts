/** A small command line, with one of each kind of word. */
import { Argument, Command, Option } from "commander";
import type { Launcher } from "../../../src/cli/completion/words.ts";
import { collect } from "../../../src/cli/what_if.ts";

export const small = (): Command =>
  new Command("limen")
    .description("All of it.")
    .addCommand(
      new Command("check")
        .description("Checks: it's [quick].")
        .argument("<file...>", "policies")
        .addOption(new Option("-t, --target <platform>", "whose limits").choices(["cf", "deno"]))
        .option("--note <text>", "why; repeatable", collect)
        .option("--out <file>", "where to")
        .option("--store <folder>", "from where")
        .option("--watch [seconds]", "again and again")
        .option("--json", "for programs"),
    )
    .addCommand(
      new Command("shell")
        .description("A choice.")
        .addArgument(new Argument("<name>", "which").choices(["bash", "zsh"])),
    )
    .addCommand(new Command("drain").description("A name.").argument("<name>", "a cluster"))
    .addCommand(new Command("secret").description("Not to be seen."), { hidden: true });

export const launcher: Launcher = { deno: "deno", root: "/it's/limen" };

/** Runs a script in a shell. @returns its standard output; standard error must be empty */
export async function inShell(shell: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(shell, { args: [...args] }).output();
  const said = new TextDecoder().decode(stderr);
  if (said !== "") throw new Error(`${shell}: ${said}`);
  return new TextDecoder().decode(stdout);
}

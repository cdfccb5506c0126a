/** What can be written behind `limen`, read from its commands: all that a completion script knows. */
import type { Argument, Command, Option } from "commander";
import { collect } from "../what_if.ts";

export interface CommandWords {
  readonly name: string;
  /** One line. */
  readonly about: string;
  readonly options: readonly OptionWords[];
  readonly arguments: readonly ArgumentWords[];
}

export interface OptionWords {
  /** Such as `-H` and `--header`. */
  readonly flags: readonly string[];
  readonly about: string;
  /** `null`: it stands alone. */
  readonly value: Value | null;
  readonly isRepeatable: boolean;
}

export interface ArgumentWords {
  readonly value: Value;
  /** Any number of them. */
  readonly isVariadic: boolean;
}

export interface Value {
  /** What a usage line calls it. */
  readonly name: string;
  /** `any`: nobody can tell beforehand. */
  readonly kind: "choice" | "file" | "folder" | "any";
  /** Of a choice; else empty. */
  readonly choices: readonly string[];
}

/** All there is; the first is the command itself, with the options it has without any other. */
export interface Words {
  readonly root: CommandWords;
  readonly commands: readonly CommandWords[];
}

export const wordsOf = (root: Command): Words => ({
  root: commandWords(root),
  commands: root.createHelp().visibleCommands(root).map(commandWords),
});

const commandWords = (command: Command): CommandWords => ({
  name: command.name(),
  about: command.description(),
  options: command.createHelp().visibleOptions(command).map(optionWords),
  arguments: command.registeredArguments.map(argumentWords),
});

function optionWords(option: Option): OptionWords {
  // What may be left out is not waited for.
  const [, placeholder] = /<([^\s>]+)>$/.exec(option.flags) ?? [];
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    about: option.description,
    value: placeholder === undefined ? null : valueOf(placeholder, placeholder, option.argChoices),
    isRepeatable: option.variadic || option.parseArg === collect,
  };
}

const argumentWords = (argument: Argument): ArgumentWords => ({
  value: valueOf(
    argument.name(),
    `${argument.name()} ${argument.description}`,
    argument.argChoices,
  ),
  isVariadic: argument.variadic,
});

/** @param said where the word "file" or "folder" means one */
function valueOf(name: string, said: string, choices: readonly string[] = []): Value {
  const kind = choices.length > 0
    ? "choice"
    : /\bfile\b/.test(said)
    ? "file"
    : /\bfolder\b/.test(said)
    ? "folder"
    : "any";
  return { name, kind, choices };
}

/** For a shell: nothing in it is read as anything but itself. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The function that is `limen` where there is no such command. */
export interface Launcher {
  /** Such as `deno`: as it is typed, not quoted. */
  readonly deno: string;
  /** This checkout. */
  readonly root: string;
}

/** Keeps the folder that it is called in, so that files are found there. */
export const launchLine = ({ deno, root }: Launcher): string =>
  `${deno} run -A --quiet --config ${quoted(`${root}/deno.json`)} ${
    quoted(`${root}/src/cli/main.ts`)
  }`;

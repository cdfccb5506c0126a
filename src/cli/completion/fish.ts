/** Completion for fish. */
import {
  type CommandWords,
  type Launcher,
  launchLine,
  type OptionWords,
  quoted as shellQuoted,
  type Value,
  type Words,
} from "./words.ts";

export const fishScript = ({ root, commands }: Words, launcher: Launcher): string =>
  `# limen: completion for fish. In ~/.config/fish/config.fish:
#   limen completion fish | source

# Where there is no command of that name, this checkout's is it.
if not type -q limen
    function limen
        ${launchLine(launcher)} $argv
    end
end

complete -c limen -f
${
    [
      ...root.options.map((option) => optionLine("__fish_use_subcommand", option)),
      ...commands.flatMap(commandLines),
    ].join("\n")
  }
`;

function commandLines(command: CommandWords): string[] {
  const { name, about, options, arguments: all } = command;
  const here = `__fish_seen_subcommand_from ${name}`;
  return [
    `complete -c limen -n __fish_use_subcommand -a ${quoted(name)} -d ${quoted(about)}`,
    ...options.map((option) => optionLine(here, option)),
    ...new Set(all.flatMap(({ value }) => argumentLine(here, value))),
  ];
}

function optionLine(condition: string, { flags, about, value }: OptionWords): string {
  const names = flags.map((flag) =>
    flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`
  );
  return [
    `complete -c limen -n ${quoted(condition)}`,
    ...names,
    ...(value === null ? [] : [valueOf(value)]),
    `-d ${quoted(about)}`,
  ].join(" ");
}

/** Of an option: -r needs a value, -x one that is no file, -F offers files all the same. */
function valueOf({ kind, choices }: Value): string {
  if (kind === "choice") return `-x -a ${quoted(choices.join(" "))}`;
  if (kind === "folder") return "-x -a '(__fish_complete_directories)'";
  return kind === "file" ? "-r -F" : "-x";
}

function argumentLine(condition: string, { kind, choices }: Value): string[] {
  if (kind === "any") return [];
  const what = kind === "choice"
    ? `-a ${quoted(choices.join(" "))}`
    : kind === "folder"
    ? "-a '(__fish_complete_directories)'"
    : "-F";
  return [`complete -c limen -n ${quoted(condition)} ${what}`];
}

/** Fish reads a backslash inside single quotes. */
const quoted = (text: string): string => shellQuoted(text.replaceAll("\\", "\\\\"));

/** Completion for zsh. */
import {
  type CommandWords,
  type Launcher,
  launchLine,
  type OptionWords,
  quoted,
  type Value,
  type Words,
} from "./words.ts";

export const zshScript = ({ root, commands }: Words, launcher: Launcher): string =>
  `#compdef limen
# limen: completion for zsh. In ~/.zshrc, after compinit:
#   eval "$(limen completion zsh)"

# Where there is no command of that name, this checkout's is it.
whence limen >/dev/null || limen() { ${launchLine(launcher)} "$@"; }

_limen() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C \\
${root.options.flatMap(optionSpecs).map(specLine).join("\n")}
    '1: :->command' \\
    '*:: :->rest' && return
  case $state in
    command)
      local -a commands=(
${commands.map(({ name, about }) => `        ${quoted(`${name}:${about}`)}`).join("\n")}
      )
      _describe command commands
      ;;
    rest)
      case $words[1] in
${commands.map(commandCase).join("\n")}
      esac
      ;;
  esac
}

compdef _limen limen
`;

const specLine = (spec: string): string => `    ${quoted(spec)} \\`;

const commandCase = (command: CommandWords): string =>
  `        ${command.name}) _arguments ${
    [...command.options.flatMap(optionSpecs), ...argumentSpecs(command)].map(quoted).join(" ")
  } ;;`;

/** One for each flag; either of them excludes both, unless it may come again. */
const optionSpecs = ({ flags, about, value, isRepeatable }: OptionWords): string[] =>
  flags.map((flag) => {
    const times = isRepeatable ? "*" : flags.length > 1 ? `(${flags.join(" ")})` : "";
    // A long one takes its value behind = or a space, a short one behind a space.
    const how = value === null ? "" : flag.startsWith("--") ? "=" : "";
    return `${times}${flag}${how}[${escaped(about)}]${value === null ? "" : message(value)}`;
  });

const argumentSpecs = ({ arguments: all }: CommandWords): string[] =>
  all.map(({ value, isVariadic }, at) => `${isVariadic ? "*" : at + 1}${message(value)}`);

function message({ name, kind, choices }: Value): string {
  const action = kind === "choice"
    ? `(${choices.join(" ")})`
    : kind === "file"
    ? "_files"
    : kind === "folder"
    ? "_files -/"
    : " ";
  return `:${escaped(name)}:${action}`;
}

/** Brackets and colons end the parts of a spec. */
const escaped = (text: string): string => text.replace(/[\\[\]:]/g, "\\$&");

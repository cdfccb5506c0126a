/** Completion for bash, 3.2 (that of macOS) and later. */
import { type CommandWords, type Launcher, launchLine, type Value, type Words } from "./words.ts";

export function bashScript({ root, commands }: Words, launcher: Launcher): string {
  const names = commands.map(({ name }) => name);
  return `# limen: completion for bash. In ~/.bashrc:
#   eval "$(limen completion bash)"

# Where there is no command of that name, this checkout's is it.
type limen >/dev/null 2>&1 || limen() { ${launchLine(launcher)} "$@"; }

# An empty answer means any file, unless this is said.
_limen_nothing() { compopt +o default 2>/dev/null; }

_limen_words() {
  COMPREPLY=($(compgen -W "$1" -- "$current"))
  [[ \${#COMPREPLY[@]} -gt 0 ]] || _limen_nothing
}

_limen() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command= at
  COMPREPLY=()
  # Bash takes --option=value for three words.
  if [[ $current == = ]]; then
    current=
  elif [[ $before == = ]]; then
    before=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((at = 1; at < COMP_CWORD; at++)); do
    if [[ \${COMP_WORDS[at]} != -* ]]; then
      command=\${COMP_WORDS[at]}
      break
    fi
  done
  case "$command $before" in
${lines(commands.flatMap(optionValues))}
  esac
  case "$command $current" in
${lines([flagsOf("", root), ...commands.map((command) => flagsOf(command.name, command))])}
  esac
  case "$command" in
    "") _limen_words "${names.join(" ")}" ;;
${lines(commands.map(argumentsOf))}
    *) _limen_nothing ;;
  esac
}

complete -o default -F _limen limen
`;
}

const lines = (texts: readonly string[]): string => texts.map((text) => `    ${text}`).join("\n");

/** What may stand behind each option that takes something. */
const optionValues = ({ name, options }: CommandWords): string[] =>
  options.flatMap(({ flags, value }) =>
    value === null
      ? []
      : [`${flags.map((flag) => `"${name} ${flag}"`).join(" | ")}) ${answer(value)}; return ;;`]
  );

const flagsOf = (name: string, { options }: CommandWords): string =>
  `"${name} "-*) _limen_words "${options.flatMap(({ flags }) => flags).join(" ")}"; return ;;`;

/** Where one argument may be a file, files are offered for all: nobody counts them here. */
function argumentsOf({ name, arguments: all }: CommandWords): string {
  const values = all.map(({ value }) => value);
  const file = values.find(({ kind }) => kind === "file" || kind === "folder");
  return `${name}) ${answer(file ?? values[0] ?? null)} ;;`;
}

/** With no answer of ours, bash offers files. */
function answer(value: Value | null): string {
  if (value?.kind === "choice") return `_limen_words "${value.choices.join(" ")}"`;
  return value?.kind === "file" || value?.kind === "folder" ? ":" : "_limen_nothing";
}

/** `limen completion`: what a shell has to know to complete `limen`. */
import { Argument, Command } from "commander";
import { bashScript } from "./completion/bash.ts";
import { fishScript } from "./completion/fish.ts";
import { type Launcher, type Words, wordsOf } from "./completion/words.ts";
import { zshScript } from "./completion/zsh.ts";
import { DENO_COMMAND } from "./deno_command.ts";
import { EXIT, type ExitCode } from "./exit_codes.ts";
import { print } from "./output.ts";
import { ROOT } from "./paths.ts";
import { ending } from "./run.ts";

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const satisfies Record<
  string,
  (words: Words, launcher: Launcher) => string
>;

type Shell = keyof typeof scripts;

export function printScript(shell: Shell, _options: unknown, command: Command): Promise<ExitCode> {
  const script = scripts[shell](wordsOf(command.parent!), { deno: DENO_COMMAND, root: ROOT });
  print(script.trimEnd());
  return Promise.resolve(EXIT.done);
}

export const completionCommand = (): Command =>
  new Command("completion")
    .description("Prints a script that completes limen's commands and options in a shell.")
    .addArgument(new Argument("<shell>", "whose script").choices(Object.keys(scripts)))
    .addHelpText(
      "after",
      `
The script also makes \`limen\` a command of the shell, where there is none yet. For good:
  bash: echo 'eval "$(deno task --quiet --cwd ${ROOT} limen completion bash)"' >> ~/.bashrc
  zsh:  echo 'eval "$(deno task --quiet --cwd ${ROOT} limen completion zsh)"' >> ~/.zshrc
  fish: echo 'deno task --quiet --cwd ${ROOT} limen completion fish | source' >> ~/.config/fish/config.fish
In zsh, compinit comes first.`,
    )
    .action(ending(printScript));

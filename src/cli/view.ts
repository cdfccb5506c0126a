/** An answer that is shown once or, with `--watch`, again and again. */
import { InvalidArgumentError, Option } from "commander";
import { EXIT, type ExitCode } from "./exit_codes.ts";
import { type Colors, colorsFor, print, printText, terminalWidth } from "./output.ts";
import { signalled } from "../platform/deno/signals.ts";
import { watch } from "./watch.ts";

/** How lines are made for whoever reads them. */
export interface Style {
  readonly colors: Colors;
  /** Characters in a line. */
  readonly width: number;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

export interface View<Seen> {
  /** @throws {CommandError} when there is nothing to be seen */
  readonly look: () => Promise<Seen>;
  readonly lines: (seen: Seen, style: Style) => readonly string[];
  readonly json: (seen: Seen) => unknown;
}

export interface ViewOptions {
  /** Seconds between two looks; absent: there is only one. */
  readonly watch?: number;
  readonly json?: true;
}

const SHORTEST_S = 0.2;
const LONGEST_S = 86_400;

export const watchOption = (): Option =>
  new Option("--watch [seconds]", "look again every so many seconds, until Ctrl-C")
    .preset("2")
    .argParser((text) => {
      const seconds = Number(text);
      if (/^\d+(?:\.\d+)?$/.test(text) && seconds >= SHORTEST_S && seconds <= LONGEST_S) {
        return seconds;
      }
      throw new InvalidArgumentError(
        `Seconds between two looks are ${SHORTEST_S} to ${LONGEST_S}.`,
      );
    });

/** @throws {CommandError} when the first look fails */
export async function show<Seen>(
  view: View<Seen>,
  { watch: seconds, json }: ViewOptions,
): Promise<ExitCode> {
  const colors = colorsFor(Deno.stdout);
  if (seconds !== undefined) {
    await watch(view, { everyMs: seconds * 1000, json: json ?? false }, {
      isTerminal: Deno.stdout.isTerminal(),
      colors,
      size: () => ({ columns: terminalWidth(), rows: Deno.consoleSize().rows || 24 }),
      write: printText,
      now: () => Date.now(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    }, signalled());
    return EXIT.done;
  }
  const seen = await view.look();
  if (json) print(JSON.stringify(view.json(seen), null, 2));
  else view.lines(seen, { colors, width: terminalWidth(), nowMs: Date.now() }).forEach(print);
  return EXIT.done;
}

/** `limen history`: what was in force, when, by whom, and why. */
import { Command } from "commander";
import type { Activation } from "../store/history.ts";
import { age } from "./ages.ts";
import { EXIT, type ExitCode } from "./exit_codes.ts";
import { tally } from "./findings.ts";
import { jsonOption, positiveNumber } from "./options.ts";
import { colorsFor, print, printable, say } from "./output.ts";
import { ending } from "./run.ts";
import { type Cell, table } from "./table.ts";
import {
  type TargetOptions,
  TARGETS_HELP,
  usingTarget,
  withTargetOptions,
} from "./target/options.ts";
import type { Style } from "./view.ts";

export interface HistoryOptions extends TargetOptions {
  readonly limit?: number;
  readonly json?: true;
}

export async function showHistory(options: HistoryOptions): Promise<ExitCode> {
  const { limit, json } = options;
  const { activations, label } = await usingTarget(options, async (target) => ({
    activations: await target.history(),
    label: target.label,
  }));
  const shown = activations.slice(0, limit);
  if (json) print(JSON.stringify({ revisions: shown }, null, 2));
  else {
    const style = { colors: colorsFor(Deno.stdout), nowMs: Date.now() };
    historyLines(shown, style).forEach(print);
  }
  if (shown.length === 0) say(`${label} has held no policy so far`);
  else if (shown.length < activations.length) {
    say(`and ${activations.length - shown.length} more: --limit shows them`);
  }
  return EXIT.done;
}

const HEADS = ["", "revision", "at", "", "how", "by", "why", "findings"] as const;

/** The first is in force. */
export function historyLines(
  activations: readonly Activation[],
  { colors, nowMs }: Pick<Style, "colors" | "nowMs">,
): string[] {
  const rows = activations.map((activation, index): Cell[] => {
    const { revision, at, by, message, source, findings } = activation;
    return [
      { text: index === 0 ? "*" : "", paint: colors.green },
      { text: revision, paint: index === 0 ? colors.bold : colors.cyan },
      { text: at },
      { text: `(${age(at, nowMs)} ago)`, paint: colors.dim },
      { text: source === "put" ? "put by hand" : source },
      { text: printable(by ?? "") },
      { text: printable(message ?? "") },
      { text: findings.length === 0 ? "" : tally(findings), paint: colors.yellow },
    ];
  });
  if (rows.length === 0) return [];
  // A head without anything below it would keep its column.
  const heads = HEADS.map((text, at): Cell | null =>
    rows.some((row) => row[at]!.text !== "") ? { text, paint: colors.dim } : null
  );
  return table([heads, ...rows]);
}

export const historyCommand = (): Command =>
  withTargetOptions(new Command("history"))
    .description("Lists what was in force: the newest first, which is in force now.")
    .option("--limit <number>", "so many at most", positiveNumber, 20)
    .addOption(jsonOption())
    .addHelpText("after", TARGETS_HELP)
    .action(ending(showHistory));

/** A diff for people: what changes, which shares move, and the texts. */
import type { Change, MovedShare, TextDiff } from "../diff/diff.ts";
import { type Colors, printable } from "./output.ts";
import { type Cell, percent, table } from "./table.ts";

export interface DiffLook {
  readonly colors: Colors;
  /** Changes, warnings, and shares that are shown at most; absent: as many as are read. */
  readonly most?: number;
  /** Lines of the texts' diff that are shown at most; absent: all. */
  readonly mostText?: number;
}

const INDENT = "  ";

/** Nobody reads more on a screen; programs get all of it. */
const MOST = 60;

export function diffLines(diff: TextDiff, look: DiffLook): string[] {
  return [changeLines(diff, look), shareLines(diff, look), textLines(diff, look)]
    .filter((block) => block.length > 0)
    .flatMap((block, index) => index === 0 ? block : ["", ...block]);
}

const SIGNS = { added: "+", removed: "-", changed: "~", warning: "!" } as const;

function changeLines({ changes, text }: TextDiff, { colors, most }: DiffLook): string[] {
  if (changes.length === 0) {
    return [text === "" ? "Nothing changes." : "Only comments and layout differ."];
  }
  const paints = {
    added: colors.green,
    removed: colors.red,
    changed: colors.cyan,
    warning: (line: string): string => colors.bold(colors.yellow(line)),
  } as const;
  const line = ({ kind, message }: Change): string =>
    INDENT + paints[kind](`${SIGNS[kind]} ${printable(message)}`);
  // Not among a hundred others: they are what must not be overlooked.
  const warnings = changes.filter(({ kind }) => kind === "warning");
  const others = changes.filter(({ kind }) => kind !== "warning");
  return [...cut(warnings.map(line), most, "warnings"), ...cut(others.map(line), most, "changes")];
}

function shareLines({ shares }: TextDiff, { colors, most }: DiffLook): string[] {
  if (shares.length === 0) return [];
  const row = ({ route, cluster, from, to }: MovedShare): Cell[] => [
    { text: route },
    { text: cluster },
    { text: percent(from) },
    { text: "->" },
    { text: percent(to), paint: to > from ? colors.green : colors.red },
  ];
  const lines = table(shares.map(row), { right: [2, 4] }).map((line) => INDENT + line);
  return [
    colors.bold("Shares that move, when every endpoint is healthy:"),
    ...cut(lines, most, "shares"),
  ];
}

function textLines({ text }: TextDiff, { colors, mostText }: DiffLook): string[] {
  if (text === "" || mostText === 0) return [];
  const lines = text.replace(/\n$/, "").split("\n").map((line) => {
    // A tab does no harm, and is what some indent with.
    const shown = line.split("\t").map(printable).join("\t");
    if (/^(?:---|\+\+\+) /.test(line)) return colors.bold(shown);
    if (line.startsWith("@@")) return colors.cyan(shown);
    if (line.startsWith("+")) return colors.green(shown);
    return line.startsWith("-") ? colors.red(shown) : shown;
  });
  return cut(lines, mostText ?? lines.length, "lines");
}

function cut(lines: readonly string[], most = MOST, what: string): string[] {
  const more = lines.length - most;
  if (more <= 0) return [...lines];
  return [
    ...lines.slice(0, most),
    `${INDENT}… and ${more} more ${what}: limen diff --json has all of them`,
  ];
}

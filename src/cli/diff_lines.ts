/** A diff for people: what changes, which shares move, and the texts. */
import type { Change, MovedShare, TextDiff } from "../diff/diff.ts";
import { type Colors, printable } from "./output.ts";
import { type Cell, percent, table } from "./table.ts";

export interface DiffLook {
  readonly colors: Colors;
  /** Changes, and shares, that are shown at most; absent: all. */
  readonly most?: number;
  /** Lines of the texts' diff that are shown at most; absent: all. */
  readonly mostText?: number;
}

const INDENT = "  ";

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
  // The warnings stand last, and are what must not be left out.
  const warnings = changes.filter(({ kind }) => kind === "warning");
  const others = changes.filter(({ kind }) => kind !== "warning");
  return [...cut(others.map(line), most, "changes"), ...cut(warnings.map(line), most, "warnings")];
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
  return cut(lines, mostText, "lines");
}

function cut(lines: readonly string[], most = Infinity, what: string): string[] {
  if (lines.length <= most) return [...lines];
  return [...lines.slice(0, most), `${INDENT}… and ${lines.length - most} more ${what}`];
}

/** Aligned columns for a terminal. */

/** What a text is made of does not change its width: colours are laid on last. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

export interface TableOptions {
  /** Columns whose texts stand at the right. */
  readonly right?: readonly number[];
  /** The column that gives way where a line would be wider than `width`. */
  readonly shrink?: number;
  /** Characters in a line; absent: as many as it takes. */
  readonly width?: number;
}

/** Between two columns. */
export const GAP = "  ";

/** What a shrunken column keeps. */
const LEAST = 12;

/** One line for each row. Columns in which nobody has anything are left out. */
export function table(
  rows: readonly (readonly (Cell | null)[])[],
  { right = [], shrink, width = Infinity }: TableOptions = {},
): string[] {
  const count = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const widths = Array.from(
    { length: count },
    (_, at) => rows.reduce((most, row) => Math.max(most, row[at]?.text.length ?? 0), 0),
  );
  const columns = [...widths.keys()].filter((at) => widths[at]! > 0);
  if (shrink !== undefined && widths[shrink] !== undefined) {
    const full = columns.reduce((sum, at) => sum + widths[at]!, 0) +
      GAP.length * (columns.length - 1);
    widths[shrink] = Math.min(widths[shrink], Math.max(LEAST, widths[shrink] - (full - width)));
  }
  return rows.map((row) => {
    // A line ends with its last text, not with the blanks that would fill its column.
    const last = columns.findLastIndex((at) => (row[at]?.text ?? "") !== "");
    return columns.slice(0, last + 1).map((at, i) => {
      const { text = "", paint = (same: string): string => same } = row[at] ?? {};
      const cut = cutTo(text, widths[at]!);
      const blanks = " ".repeat(widths[at]! - cut.length);
      const painted = text === "" ? "" : paint(cut);
      if (right.includes(at)) return blanks + painted;
      return i === last ? painted : painted + blanks;
    }).join(GAP);
  });
}

const cutTo = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text;

/** `80.0 %`; what is little is never nothing, and what is nearly all is never all. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return "<0.1 %";
  if (share < 1 && share >= 0.9995) return ">99.9 %";
  return `${(share * 100).toFixed(1)} %`;
}

/** A share as a bar; what is little is never nothing. */
export function bar(share: number, width: number): string {
  const full = Math.min(width, Math.max(Math.round(share * width), share > 0 ? 1 : 0));
  return "█".repeat(full) + "░".repeat(width - full);
}

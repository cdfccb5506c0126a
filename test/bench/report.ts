/** What was measured, beside what is aimed at. */
import type { Spread } from "./statistics.ts";

export interface Figure {
  readonly name: string;
  readonly value: Spread;
  readonly unit: string;
  /** At most this much, in the same unit; absent: measured for comparison only. */
  readonly aim?: number;
}

export interface Section {
  readonly title: string;
  readonly figures: readonly Figure[];
  /** How to read the figures. */
  readonly note?: string;
}

/** One kind of figure for many things under several circumstances. */
export interface Grid {
  readonly title: string;
  readonly note?: string;
  readonly unit: string;
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly name: string;
    /** One for each column. */
    readonly values: readonly Spread[];
  }[];
}

export type Report = Section | Grid;

export const format = (report: Report): string =>
  "columns" in report ? formatGrid(report) : formatSection(report);

function formatSection({ title, figures, note }: Section): string {
  const rows = figures.map(({ name, value, unit, aim }) => {
    const { median, least, most } = value;
    return [
      name,
      `${digits(median)} ${unit}`.trim(),
      least === most ? "" : `${digits(least)} to ${digits(most)}`,
      aim === undefined ? "" : `≤ ${digits(aim)}`,
      aim === undefined ? "" : median <= aim ? "met" : "MISSED",
    ];
  });
  return formatTable(title, note, [["", "median", "spread", "aim", ""], ...rows]);
}

/** Medians only: the spreads are in the JSON. */
function formatGrid({ title, note, unit, columns, rows }: Grid): string {
  const cells = rows.map((
    { name, values },
  ) => [name, ...values.map(({ median }) => digits(median))]);
  return formatTable(title, note, [[`median, ${unit}`, ...columns], ...cells]);
}

/** @param table the first row is the heading; all have as many cells */
function formatTable(
  title: string,
  note: string | undefined,
  table: readonly (readonly string[])[],
): string {
  const widths = table[0]!.map((_, at) => Math.max(...table.map((row) => row[at]!.length)));
  const lines = table.map((row) =>
    "  " + row.map((cell, at) => at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))
      .join("  ").trimEnd()
  );
  return [title, ...(note === undefined ? [] : [`  ${note}`]), ...lines, ""].join("\n");
}

/** Three digits that mean something. */
function digits(value: number): string {
  if (value === 0) return "0";
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return places === 0 ? String(Math.round(value)) : value.toFixed(Math.min(places, 3));
}

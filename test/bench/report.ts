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

export function formatSection({ title, figures, note }: Section): string {
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
  const table = [["", "median", "spread", "aim", ""], ...rows];
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

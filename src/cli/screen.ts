/** A terminal's screen that shows one picture after another, and gives back what it showed before. */

/** The other screen, without a cursor; a line that is too long ends at the edge. */
export const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l";
export const LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";

/**
 * Paints over the picture before it: nothing is cleared that is not written again at once, so that
 * nothing flickers.
 *
 * @param rows of the terminal, at least 2; what does not fit is counted in the last one
 */
export function picture(lines: readonly string[], rows: number): string {
  const more = lines.length - rows;
  const shown = more > 0
    ? [...lines.slice(0, rows - 1), `… and ${more + 1} more lines: a larger window shows them`]
    : lines;
  return `\x1b[H${shown.map((line) => `${line}\x1b[K`).join("\r\n")}\x1b[J`;
}

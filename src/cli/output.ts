/** Lines for people and for programs: answers go to standard output, all else to standard error. */
import picocolors from "picocolors";

export type Colors = ReturnType<typeof picocolors.createColors>;

interface Stream {
  writeSync(bytes: Uint8Array): number;
  isTerminal(): boolean;
}

/** One line of the answer. */
export const print = (line: string): void => void write(Deno.stdout, `${line}\n`);

/**
 * An answer that has its line ends already, and no more of them.
 *
 * @returns whether somebody may read on
 */
export const printText = (text: string): boolean => write(Deno.stdout, text);

/** One line about it. */
export const say = (line: string): void => void write(Deno.stderr, `${line}\n`);

/** The same, without a line's end: a question, whose answer ends it. */
export const sayPart = (text: string): void => void write(Deno.stderr, text);

/** Colours for what goes to `stream`: on a terminal only, and never with NO_COLOR. */
export const colorsFor = (stream: Stream): Colors =>
  picocolors.createColors(stream.isTerminal() && !Deno.noColor);

/** Characters in a line of standard output; what goes to a file or a pipe may be as wide as it likes. */
export const terminalWidth = (): number =>
  // Some terminals don't know, and say 0.
  (Deno.stdout.isTerminal() && Deno.consoleSize().columns) || Infinity;

/** Whose readers have gone, as with `| head`. */
const unread = new WeakSet<Stream>();

/**
 * A pipe takes what it has room for: so until all of it is written. Once nobody reads on, nothing is
 * written any more; the command goes on, for what it does is not for the reader's sake, and its exit
 * code is read by somebody else.
 *
 * @returns whether somebody may read on
 */
function write(stream: Stream, text: string): boolean {
  if (unread.has(stream)) return false;
  let bytes = new TextEncoder().encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    unread.add(stream);
    return false;
  }
}

/** What somebody else has written, without what a terminal would obey. */
export const printable = (text: string): string => text.replace(/\p{Cc}+/gu, "\u{fffd}");

/** `1 route`, `2 routes`. */
export const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? "" : "s"}`;

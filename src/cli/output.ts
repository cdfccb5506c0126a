/** Lines for people and for programs: answers go to standard output, all else to standard error. */
import picocolors from "picocolors";

type Colors = ReturnType<typeof picocolors.createColors>;

interface Stream {
  writeSync(bytes: Uint8Array): number;
  isTerminal(): boolean;
}

/** One line of the answer. */
export const print = (line: string): void => write(Deno.stdout, line);

/** One line about it. */
export const say = (line: string): void => write(Deno.stderr, line);

/** Colours for what goes to `stream`: on a terminal only, and never with NO_COLOR. */
export const colorsFor = (stream: Stream): Colors =>
  picocolors.createColors(stream.isTerminal() && !Deno.noColor);

/** A pipe takes what it has room for: so until all of it is written. */
function write(stream: Stream, line: string): void {
  let bytes = new TextEncoder().encode(`${line}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}

/** `1 route`, `2 routes`. */
export const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? "" : "s"}`;

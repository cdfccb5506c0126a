/** Asks whoever sits at the terminal. */
import { sayPart } from "./output.ts";

/** On standard error, which is the terminal too where standard output goes to a file. */
export function confirmed(question: string): boolean {
  sayPart(`${question} [y/N] `);
  return /^y(?:es)?$/i.test(lineFrom(Deno.stdin).trim());
}

/** What stands before the line's end, or the end of the input. */
function lineFrom(stdin: { readSync(bytes: Uint8Array): number | null }): string {
  const line: number[] = [];
  const byte = new Uint8Array(1);
  while (stdin.readSync(byte) === 1 && byte[0] !== LINE_FEED) line.push(byte[0]!);
  return new TextDecoder().decode(Uint8Array.from(line));
}

const LINE_FEED = 10;

/** Asks whoever sits at the terminal. */
import { say, sayPart } from "./output.ts";

/** On standard error, which is the terminal too where standard output goes to a file. Ctrl-C is a no. */
export async function confirmed(question: string): Promise<boolean> {
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<null>();
  const stop = (): void => interrupt(null);
  Deno.addSignalListener("SIGINT", stop);
  sayPart(`${question} [y/N] `);
  try {
    const answer = await Promise.race([lineFrom(Deno.stdin), interrupted]);
    // What stands on the terminal is a question without a line's end, and a ^C.
    if (answer === null) say("");
    return answer !== null && /^y(?:es)?$/i.test(answer.trim());
  } finally {
    Deno.removeSignalListener("SIGINT", stop);
  }
}

/** What stands before the line's end, or the end of the input. */
async function lineFrom(
  stdin: { read(bytes: Uint8Array): Promise<number | null> },
): Promise<string> {
  const line: number[] = [];
  const byte = new Uint8Array(1);
  while (await stdin.read(byte) === 1 && byte[0] !== LINE_FEED) line.push(byte[0]!);
  return new TextDecoder().decode(Uint8Array.from(line));
}

const LINE_FEED = 10;

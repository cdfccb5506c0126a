/** The unified diff of two texts. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";

/** A side of the diff. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

const CONTEXT_LINES = 3;

/**
 * Comparing takes time in proportion to lines times differing lines: of long texts fewer may differ.
 * Counted, for on Workers no clock moves meanwhile.
 */
const MAX_STEPS = 400_000_000;
const MAX_DIFFERING_LINES = 2_000;

/** Characters: a longer diff is read by nobody. */
const MAX_LENGTH = 1024 * 1024;

/** @returns "" when the texts are equal; a line that says so when they differ too much */
export function textDiff(before: NamedText, after: NamedText): string {
  if (before.text === after.text) return "";
  const lines = countLines(before.text) + countLines(after.text);
  const most = Math.min(MAX_DIFFERING_LINES, Math.ceil(MAX_STEPS / lines));
  const [a, b] = [before, after];
  const patch = createTwoFilesPatch(a.name, b.name, a.text, b.text, undefined, undefined, {
    context: CONTEXT_LINES,
    headerOptions: FILE_HEADERS_ONLY,
    maxEditLength: most,
  });
  if (patch === undefined) {
    return `The texts differ in more than ${most} lines: no diff of them is made.\n`;
  }
  if (patch.length > MAX_LENGTH) {
    return `The diff of the texts has ${patch.length} characters: too long to be shown.\n`;
  }
  return patch;
}

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}

/** A member of a JSON object as it was written: findings have positions, and these are the text's. */
import { createScanner } from "jsonc-parser";

/** jsonc-parser's `SyntaxKind`, a const enum that type-stripping can't import. */
const TOKEN = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  colon: 6,
  string: 10,
  end: 17,
} as const;

/**
 * The text of `object[key]`. Comments may stand anywhere. Linear in time, and of any depth.
 *
 * @param text an object, free of syntax errors; a byte order mark is allowed
 * @returns `null` if there is no such key; of several, the last one's, as `JSON.parse` takes it
 */
export function memberText(text: string, key: string): string | null {
  const scanner = createScanner(text, true);
  let depth = 0;
  let lastString = "";
  /** Of the value of a member of the root: 0 before it begins. */
  let start = -1;
  let found: string | null = null;
  const ended = (): void => {
    if (lastString === key) found = text.slice(start, scanner.getPosition());
    start = -1;
  };
  for (let token: number = scanner.scan(); token !== TOKEN.end; token = scanner.scan()) {
    const isOpen = token === TOKEN.openBrace || token === TOKEN.openBracket;
    const isClose = token === TOKEN.closeBrace || token === TOKEN.closeBracket;
    if (isClose) depth--;
    if (depth === 1) {
      if (token === TOKEN.colon) {
        start = 0;
      } else if (start === 0) {
        start = scanner.getTokenOffset();
        if (!isOpen) ended();
      } else if (isClose) {
        ended();
      } else if (token === TOKEN.string) {
        lastString = scanner.getTokenValue();
      }
    }
    if (isOpen) depth++;
  }
  return found;
}

/** Words for the parser's error codes. */

/** jsonc-parser's `ParseErrorCode`, a const enum that type-stripping can't import. */
const messages: Readonly<Record<number, string>> = {
  2: "this is not a valid number",
  3: "a key in double quotes is expected here (a trailing comma is not allowed)",
  4: "a value is expected here (a trailing comma is not allowed)",
  5: "a colon is expected after the key",
  6: "a comma is expected here",
  7: "a closing brace is missing",
  8: "a closing bracket is missing",
  9: "the document ends here, nothing but comments may follow",
  11: "the comment has no end",
  12: "the string has no end on this line",
  13: "the number has no end",
  14: "\\u takes four hexadecimal digits",
  15: 'the escape is not one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u',
  16: "a control character must be escaped in a string",
};

const INVALID_SYMBOL = 1;
const VALUE_EXPECTED = 4;

/** Of the token that is wrong. */
export interface Place {
  /** In the text. */
  readonly offset: number;
  /** 0 at the end of the text. */
  readonly length: number;
  /** Whether nothing but comments stands before it. */
  readonly isFirst: boolean;
}

/** @param code jsonc-parser's */
export function syntaxMessage(
  code: number,
  text: string,
  { offset, length, isFirst }: Place,
): string {
  if (code === VALUE_EXPECTED && length === 0 && isFirst) return "the document is empty";
  if (code !== INVALID_SYMBOL) return messages[code] ?? "this is not JSON";
  const symbol = text.slice(offset, offset + Math.min(length, 20));
  return `${JSON.stringify(symbol)} is not JSON: keys and strings stand in double quotes`;
}

import assert from "node:assert/strict";
import { headerText } from "../../routes/header_text.ts";

/** Each byte of UTF-8 as one character, as some runtimes give it. */
const byByte = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text));

const rows: [value: string, want: string][] = [
  ["ann", "ann"],
  ["", ""],
  [byByte("für Jürgen"), "für Jürgen"],
  [byByte("日本 🚢"), "日本 🚢"],
  ["日本 🚢", "日本 🚢"],
  // A sender that speaks ISO 8859-1.
  ["f\xfcr J\xfcrgen", "für Jürgen"],
  ["\xff\xfe", "ÿþ"],
];
for (const [value, want] of rows) {
  Deno.test(`header text ${JSON.stringify(value)}`, () => assert.equal(headerText(value), want));
}

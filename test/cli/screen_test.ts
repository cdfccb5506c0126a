import assert from "node:assert/strict";
import { picture } from "../../src/cli/screen.ts";

const rows = [
  { name: "nothing", lines: [], rows: 3, want: "\x1b[H\x1b[J" },
  { name: "what fits", lines: ["a", "b"], rows: 2, want: "\x1b[Ha\x1b[K\r\nb\x1b[K\x1b[J" },
  {
    name: "what does not fit is counted",
    lines: ["a", "b", "c", "d"],
    rows: 2,
    want: "\x1b[Ha\x1b[K\r\n… and 3 more lines: a larger window shows them\x1b[K\x1b[J",
  },
];

for (const { name, lines, rows: height, want } of rows) {
  Deno.test(`screen: ${name}`, () => assert.equal(picture(lines, height), want));
}

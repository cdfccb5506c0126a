import assert from "node:assert/strict";
import { bar, percent, table, type TableOptions } from "../../src/cli/table.ts";

const rows: readonly {
  readonly name: string;
  readonly rows: readonly (readonly (string | null)[])[];
  readonly options?: TableOptions;
  readonly want: readonly string[];
}[] = [
  { name: "nothing", rows: [], want: [] },
  { name: "columns", rows: [["a", "bb"], ["aaa", "b"]], want: ["a    bb", "aaa  b"] },
  {
    name: "numbers to the right",
    rows: [["a", "10"], ["b", "5"]],
    options: { right: [1] },
    want: ["a  10", "b   5"],
  },
  {
    name: "an empty column is no column",
    rows: [["a", "", "c"], ["a", null, "c"]],
    want: ["a  c", "a  c"],
  },
  { name: "short rows", rows: [["a"], ["b", "c"]], want: ["a", "b  c"] },
  {
    name: "no blanks at the end",
    rows: [["a", null, null], ["b", "c", "d"]],
    want: ["a", "b  c  d"],
  },
  {
    name: "the column that gives way",
    rows: [["a very long name indeed", "1"], ["b", "2"]],
    options: { shrink: 0, width: 16 },
    want: ["a very long …  1", "b              2"],
  },
  {
    name: "but not to nothing",
    rows: [["a very long name indeed", "1"]],
    options: { shrink: 0, width: 3 },
    want: ["a very long…  1"],
  },
  {
    name: "what is short stays whole in a narrow line",
    rows: [["short", "1"]],
    options: { shrink: 0, width: 3 },
    want: ["short  1"],
  },
];
for (const { name, rows: texts, options, want } of rows) {
  Deno.test(`table: ${name}`, () => {
    const cells = texts.map((row) => row.map((text) => text === null ? null : { text }));
    assert.deepEqual(table(cells, options), want);
  });
}

Deno.test("table: colours take no room, and blanks no colour", () => {
  const paint = (text: string): string => `<${text}>`;
  assert.deepEqual(table([[{ text: "a", paint }, { text: "b", paint }], [{ text: "aa" }]]), [
    "<a>   <b>",
    "aa",
  ]);
});

const percents: readonly (readonly [number, string])[] = [
  [0, "0.0 %"],
  [1e-9, "<0.1 %"],
  [0.000499, "<0.1 %"],
  [0.0005, "0.1 %"],
  [0.2, "20.0 %"],
  [1 / 3, "33.3 %"],
  [0.9994, "99.9 %"],
  [0.9996, ">99.9 %"],
  [1, "100.0 %"],
];
for (const [share, want] of percents) {
  Deno.test(`percent: ${share}`, () => assert.equal(percent(share), want));
}

const bars: readonly (readonly [number, string])[] = [
  [0, "░░░░"],
  [0.01, "█░░░"],
  [0.5, "██░░"],
  [1, "████"],
];
for (const [share, want] of bars) {
  Deno.test(`bar: ${share}`, () => assert.equal(bar(share, 4), want));
}

Deno.test("bar: no room, no bar", () => assert.equal(bar(1, 0), ""));

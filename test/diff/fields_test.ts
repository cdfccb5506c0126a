import assert from "node:assert/strict";
import { fieldChanges } from "../../src/diff/fields.ts";
import { inWords, listed } from "../../src/diff/json.ts";

const rows: readonly { name: string; before: unknown; after: unknown; lines: readonly string[] }[] =
  [
    { name: "equal", before: { a: [1, { b: 2 }] }, after: { a: [1, { b: 2 }] }, lines: [] },
    { name: "the order of keys", before: { a: 1, b: 2 }, after: { b: 2, a: 1 }, lines: [] },
    {
      name: "a number and its text",
      before: { a: 5 },
      after: { a: "5" },
      lines: ['x.a: s: a 5 -> "5"'],
    },
    { name: "false and its text", before: false, after: "false", lines: ['x: s false -> "false"'] },
    {
      name: "a kind of value",
      before: { a: [1] },
      after: { a: { b: 1 } },
      lines: ["x.a: s: a 1 -> b 1"],
    },
    { name: "null", before: { a: null }, after: { a: 0 }, lines: ["x.a: s: a null -> 0"] },
    { name: "an empty list", before: { a: [] }, after: { a: ["b"] }, lines: ["x.a: s: a [] -> b"] },
    {
      name: "long texts that differ at their end",
      before: "a".repeat(200),
      after: `${"a".repeat(199)}b`,
      lines: ["x: s changed in what is too long to be shown"],
    },
    {
      name: "keys that need quotes",
      before: { "a b": { c: 1 } },
      after: { "a b": { c: 2 } },
      lines: ['x["a b"].c: s: ["a b"].c 1 -> 2'],
    },
    {
      name: "a list of objects that have names, in another order",
      before: [{ name: "a" }, { name: "b" }],
      after: [{ name: "b" }, { name: "a" }],
      lines: ["x: s in another order"],
    },
    {
      name: "a list of objects whose names come twice: by place",
      before: [{ name: "a", v: 1 }, { name: "a", v: 2 }],
      after: [{ name: "a", v: 1 }, { name: "a", v: 3 }, { name: "a", v: 4 }],
      lines: ["x[1].v: s: [1].v 2 -> 3", "x[2]: s: [2] added: name a, v 4"],
    },
    {
      name: "lists of objects by what they are from",
      before: { list: [{ from: "eu", to: "us" }, { from: "ap", to: "us" }] },
      after: { list: [{ from: "ap", to: "eu" }] },
      lines: ["x.list[0].to: s: list.ap.to us -> eu", "x.list[0]: s: list.eu removed"],
    },
    {
      name: "a long list in another order",
      before: [1, 2, 3, 4, 5, 6, 7, 8, 9],
      after: [9, 2, 3, 4, 5, 6, 7, 8, 1],
      lines: ["x: s listed differently, nothing came or went"],
    },
  ];

for (const { name, before, after, lines } of rows) {
  Deno.test(`diff of fields: ${name}`, () => {
    const found = fieldChanges(before, after, { subject: "s", field: [], base: ["x"] });
    assert.deepEqual(found.map(({ path, message }) => `${path}: ${message}`), lines);
  });
}

Deno.test("diff: values in words", () => {
  const words: readonly (readonly [unknown, string])[] = [
    ["10s", "10s"],
    ["http://10.0.3.8:8080", "http://10.0.3.8:8080"],
    ["203.0.113.0/24", "203.0.113.0/24"],
    ["*.shop.test", "*.shop.test"],
    ["two words", '"two words"'],
    ["", '""'],
    ["true", '"true"'],
    ["12", '"12"'],
    [["a", "b"], "a, b"],
    [{ a: { b: ["c"] }, d: 1 }, "a {b [c]}, d 1"],
    [{}, "{}"],
  ];
  for (const [value, text] of words) assert.equal(inWords(value), text);
  assert.equal(inWords("y".repeat(500)).length, 120);
  assert.ok(inWords(`${"y".repeat(118)}😀`).isWellFormed());
});

Deno.test("diff: lists in words", () => {
  assert.deepEqual(
    [[], ["a"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]].map((texts) => listed(texts)),
    ["", "a", "a and b", "a, b and c", "a, b, c and 1 more"],
  );
});

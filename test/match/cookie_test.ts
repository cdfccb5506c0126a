import assert from "node:assert/strict";
import { cookieValue } from "../../src/match/cookie.ts";

const rows: readonly [header: string | null, want: string | null][] = [
  [null, null],
  ["", null],
  ["a=1", "1"],
  ["b=2; a=1", "1"],
  ["b=2;a=1", "1"],
  ["a=1; a=2", "1"],
  ["A=1", null],
  ["aa=1; ba=2", null],
  ["b=a=1", null],
  ["a", null],
  ["a; a=1", "1"],
  ["a=", ""],
  ["a=x=y", "x=y"],
  ["a=%31+2", "%31+2"],
  ['a="quoted"', "quoted"],
  ['a=""', ""],
  ['a="', '"'],
  ["  a = 1 ; b=2", "1"],
];

for (const [header, want] of rows) {
  Deno.test(`cookie: a of ${JSON.stringify(header)}`, () => {
    assert.equal(cookieValue(header, "a"), want);
  });
}

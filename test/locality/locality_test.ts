import assert from "node:assert/strict";
import { matchesLocality, parseLocality, parseLocalityRule } from "../../src/locality/locality.ts";
import type { Locality } from "../../src/plan/locality.ts";
import { at } from "./support.ts";

const texts: readonly (readonly [text: string, want: readonly string[] | null])[] = [
  ["us-east", ["us-east", "", ""]],
  ["us-east/1", ["us-east", "1", ""]],
  ["us-east/1/rack-4", ["us-east", "1", "rack-4"]],
  [" us-east / 1 ", ["us-east", "1", ""]],
  ["East US/1", ["East US", "1", ""]],
  ["", ["", "", ""]],
  ["  ", ["", "", ""]],
  ["a/b/c/d", null],
  ["a//c", null],
  ["/b", null],
  ["a/", null],
  ["/", null],
  ["*", null],
  ["us-*/1", null],
];
for (const [text, want] of texts) {
  Deno.test(`locality: "${text}" is ${want === null ? "none" : want.join("|")}`, () => {
    const [region, zone, subzone] = want ?? [];
    assert.deepEqual(parseLocality(text), want && { region, zone, subzone });
  });
}

const rules: readonly { rule: string; yes: readonly string[]; no: readonly string[] }[] = [
  { rule: "*", yes: ["", "us-east", "us-east/1/x"], no: [] },
  { rule: "*/*/*", yes: ["", "us-east", "us-east/1/x"], no: [] },
  { rule: "us-east", yes: ["us-east", "us-east/1", "us-east/2/x"], no: ["", "us-east-1/1"] },
  { rule: "us-east/*", yes: ["us-east", "us-east/1", "us-east/2/x"], no: ["", "us-west/1"] },
  { rule: "us-east/1", yes: ["us-east/1", "us-east/1/x"], no: ["us-east", "us-east/2"] },
  { rule: "us-east/1/*", yes: ["us-east/1", "us-east/1/x"], no: ["us-east", "us-east/2/x"] },
  { rule: "us-east/1/x", yes: ["us-east/1/x"], no: ["us-east/1", "us-east/1/y", "us-east/2/x"] },
  { rule: "us-east/*/x", yes: ["us-east/1/x", "us-east/2/x"], no: ["us-east/1", "us-west/1/x"] },
  { rule: "*/1", yes: ["us-east/1", "us-west/1/x"], no: ["", "us-east"] },
  { rule: "us-east/1/x/more", yes: ["us-east/1/x"], no: ["us-east/1"] },
  { rule: "us-*", yes: [], no: ["us-east", ""] },
  { rule: "", yes: [""], no: ["us-east"] },
];
for (const { rule, yes, no } of rules) {
  Deno.test(`locality rule: "${rule}"`, () => {
    const matched = (place: string): boolean => {
      const locality: Locality = at(place);
      return matchesLocality(parseLocalityRule(rule), locality);
    };
    for (const place of yes) assert.ok(matched(place), `must match "${place}"`);
    for (const place of no) assert.ok(!matched(place), `must not match "${place}"`);
  });
}

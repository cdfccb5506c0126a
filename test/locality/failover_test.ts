import assert from "node:assert/strict";
import { failoverRank } from "../../src/locality/failover.ts";
import type { FailoverRule } from "../../src/plan/locality.ts";
import { at } from "./support.ts";

const EAST_WEST: FailoverRule = { from: "east", to: "west" };

interface Row {
  readonly from: string;
  readonly to: string;
  readonly rules?: readonly FailoverRule[];
  readonly want: number;
}

const rows: readonly Row[] = [
  { from: "east/1/x", to: "east/1/x", want: 0 },
  { from: "east/1/x", to: "east/1/y", want: 1 },
  { from: "east/1/x", to: "east/1", want: 1 },
  { from: "east/1/x", to: "east/2/x", want: 2 },
  { from: "east/1/x", to: "east", want: 2 },
  { from: "east/1/x", to: "west/1/x", want: 3 },
  { from: "east/1/x", to: "", want: 3 },
  // Unknown parts are equal to each other.
  { from: "east", to: "east", want: 0 },
  { from: "east/1", to: "east/1", want: 0 },
  { from: "", to: "", want: 0 },
  { from: "", to: "east/1/x", want: 3 },
  // Rules.
  { from: "east/1", to: "west/1", rules: [EAST_WEST], want: 3 },
  { from: "east/1", to: "north/1", rules: [EAST_WEST], want: 4 },
  { from: "east/1", to: "", rules: [EAST_WEST], want: 4 },
  { from: "east/1", to: "east/1", rules: [EAST_WEST], want: 0 },
  { from: "east/1", to: "east/2", rules: [EAST_WEST], want: 2 },
  { from: "west/1", to: "north/1", rules: [EAST_WEST], want: 3 },
  { from: "", to: "north/1", rules: [EAST_WEST], want: 3 },
  // The first rule for the caller's region is the only one.
  { from: "east", to: "north", rules: [EAST_WEST, { from: "east", to: "north" }], want: 4 },
  { from: "east", to: "north", rules: [{ from: "west", to: "south" }, EAST_WEST], want: 4 },
  // Names, not patterns.
  { from: "east", to: "north", rules: [{ from: "*", to: "west" }], want: 3 },
];
for (const { from, to, rules = [], want } of rows) {
  const by = rules.map((rule) => `${rule.from}>${rule.to}`).join(" ");
  Deno.test(`failover rank: "${from}" to "${to}" ${by}`, () => {
    assert.equal(failoverRank(at(from), at(to), rules), want);
  });
}

import assert from "node:assert/strict";
import { labelRank, parseLabelRule } from "../../src/locality/failover_priority.ts";

const NET = "topology.istio.io/network";

interface Row {
  readonly name: string;
  readonly rules: readonly string[];
  readonly caller: Readonly<Record<string, string>>;
  readonly endpoint: Readonly<Record<string, string>>;
  readonly want: number;
}

const rows: readonly Row[] = [
  {
    name: "all match",
    rules: ["a", "b", "c"],
    caller: { a: "1", b: "2", c: "3" },
    endpoint: { a: "1", b: "2", c: "3", d: "4" },
    want: 0,
  },
  // 3 rules: 3 - 0, 3 - 1, 3 - 2.
  { name: "the first differs", rules: ["a", "b", "c"], caller: { a: "1" }, endpoint: {}, want: 3 },
  { name: "the second differs", rules: ["a", "b", "c"], caller: { b: "1" }, endpoint: {}, want: 2 },
  { name: "the last differs", rules: ["a", "b", "c"], caller: { c: "1" }, endpoint: {}, want: 1 },
  {
    name: "what follows a mismatch does not count",
    rules: ["a", "b", "c"],
    caller: { a: "1", b: "2", c: "3" },
    endpoint: { a: "1", b: "0", c: "3" },
    want: 2,
  },
  { name: "absent is the empty text", rules: ["a"], caller: { a: "" }, endpoint: {}, want: 0 },
  { name: "absent on both sides", rules: ["a"], caller: {}, endpoint: {}, want: 0 },
  { name: "no name of every object", rules: ["toString"], caller: {}, endpoint: {}, want: 0 },
  {
    name: "a fixed value, whatever the caller's",
    rules: ["v=2", "a"],
    caller: { v: "1", a: "1" },
    endpoint: { v: "2", a: "1" },
    want: 0,
  },
  {
    name: "not the fixed value, although the caller's",
    rules: ["v=2", "a"],
    caller: { v: "1", a: "1" },
    endpoint: { v: "1", a: "1" },
    want: 2,
  },
  {
    name: "a fixed value with a sign in it",
    rules: ["v=a=b"],
    caller: {},
    endpoint: { v: "a=b" },
    want: 0,
  },
  { name: "a fixed empty value", rules: ["v="], caller: { v: "1" }, endpoint: {}, want: 0 },
  // With a network first, 3 rules: own network 0 to 2, others 3 + (0 to 2).
  {
    name: "own network, all match",
    rules: [NET, "a", "b"],
    caller: { [NET]: "n", a: "1", b: "2" },
    endpoint: { [NET]: "n", a: "1", b: "2" },
    want: 0,
  },
  {
    name: "own network, nothing else matches",
    rules: [NET, "a", "b"],
    caller: { [NET]: "n", a: "1" },
    endpoint: { [NET]: "n" },
    want: 2,
  },
  {
    name: "another network, all else matches",
    rules: [NET, "a", "b"],
    caller: { [NET]: "n", a: "1" },
    endpoint: { [NET]: "m", a: "1" },
    want: 3,
  },
  {
    name: "another network, the last differs",
    rules: [NET, "a", "b"],
    caller: { [NET]: "n", b: "1" },
    endpoint: { [NET]: "m" },
    want: 4,
  },
  {
    name: "another network, nothing matches",
    rules: [NET, "a", "b"],
    caller: { [NET]: "n", a: "1" },
    endpoint: {},
    want: 5,
  },
  {
    name: "a fixed network",
    rules: [`${NET}=m`, "a"],
    caller: { [NET]: "n" },
    endpoint: { [NET]: "n" },
    want: 2,
  },
  {
    name: "a network that is not first is a label",
    rules: ["a", NET, "b"],
    caller: { [NET]: "n", b: "1" },
    endpoint: { b: "1" },
    want: 2,
  },
];
for (const { name, rules, caller, endpoint, want } of rows) {
  Deno.test(`label rank: ${name}`, () => {
    const rank = labelRank(
      rules.map(parseLabelRule),
      new Map(Object.entries(caller)),
      new Map(Object.entries(endpoint)),
    );
    assert.equal(rank, want);
  });
}

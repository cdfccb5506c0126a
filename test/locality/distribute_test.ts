import assert from "node:assert/strict";
import * as fc from "fast-check";
import { distribute, distributionFor } from "../../src/locality/distribute.ts";
import { matchesLocality, parseLocalityRule } from "../../src/locality/locality.ts";
import { anyLocality, at } from "./support.ts";

interface Row {
  readonly name: string;
  readonly to: readonly (readonly [rule: string, weight: number])[];
  /** Weight by locality. */
  readonly groups: Readonly<Record<string, number>>;
  readonly want: readonly number[];
}

const rows: readonly Row[] = [
  {
    name: "one group for each rule",
    to: [["east/*", 80], ["west/*", 20]],
    groups: { "west/1": 7, "east/1": 3 },
    want: [20, 80],
  },
  {
    name: "a rule shared by weight",
    to: [["east/*", 80], ["west/*", 20]],
    groups: { "east/1": 1, "east/2": 3, "west/1": 1 },
    want: [20, 60, 20], // 80 × 1/4, 80 × 3/4
  },
  {
    name: "shares are rounded up",
    to: [["*", 100]],
    groups: { "east/1": 1, "east/2": 1, "west/1": 1 },
    want: [34, 34, 34], // 33.3…
  },
  {
    name: "the smallest share is 1",
    to: [["*", 1]],
    groups: { "east/1": 1, "west/1": 999 },
    want: [1, 1], // 0.001, 0.999
  },
  {
    name: "a group that no rule matches",
    to: [["east/1", 100]],
    groups: { "east/1": 1, "east/2": 1, "": 1 },
    want: [100, 0, 0],
  },
  {
    name: "a group is taken once, by the first rule",
    to: [["east/1", 10], ["east/*", 50], ["*", 40]],
    groups: { "east/1": 1, "east/2": 1, "west/1": 1 },
    want: [10, 50, 40],
  },
  {
    name: "a rule behind one that took everything",
    to: [["*", 30], ["east/1", 70]],
    groups: { "east/1": 1, "west/1": 2 },
    want: [10, 20],
  },
  { name: "a rule of weight 0", to: [["east", 0]], groups: { "east/1": 1 }, want: [0] },
  { name: "endpoints of weight 0", to: [["east", 50]], groups: { "east/1": 0 }, want: [0] },
  { name: "nothing to give to", to: [["east", 100]], groups: {}, want: [] },
  { name: "no rules", to: [], groups: { "east/1": 1 }, want: [0] },
];
for (const { name, to, groups, want } of rows) {
  Deno.test(`distribute: ${name}`, () => {
    const weighed = Object.entries(groups).map(([text, weight]) => ({
      locality: at(text),
      weight,
    }));
    assert.deepEqual(distribute(to, weighed), want);
  });
}

Deno.test("distribute: the first rule whose from matches is the one", () => {
  const rules = ["east/1", "east/*", "west", "*/3"].map((from) => ({ from, to: [] }));
  const found = (text: string): number => distributionFor(rules, at(text));
  assert.equal(found("east/1/x"), 0);
  assert.equal(found("east/2"), 1);
  assert.equal(found("east"), 1);
  assert.equal(found("west/3"), 2);
  assert.equal(found("north/3"), 3);
  assert.equal(found("north/1"), -1);
  assert.equal(found(""), -1);
});

Deno.test("distribute: a rule's groups get its weight, and less than one each on top", () => {
  const text = fc.constantFrom("a", "b/*", "a/b", "*/c", "*");
  const rules = fc.array(fc.tuple(text, fc.integer({ min: 1, max: 100 })), { maxLength: 4 });
  const groups = fc.array(
    fc.record({ locality: anyLocality, weight: fc.integer({ min: 1, max: 9 }) }),
  );
  fc.assert(fc.property(rules, groups, (to, groups) => {
    const weights = distribute(to, groups);
    const takenBy = groups.map(({ locality }) =>
      to.findIndex(([rule]) => matchesLocality(parseLocalityRule(rule), locality))
    );
    groups.forEach((_, i) => assert.equal(weights[i]! > 0, takenBy[i]! >= 0));
    to.forEach(([, share], rule) => {
      const own = weights.filter((_, i) => takenBy[i] === rule);
      const sum = own.reduce((a, b) => a + b, 0);
      assert.ok(own.length === 0 || (sum >= share && sum < share + own.length), `${own}`);
    });
  }));
});

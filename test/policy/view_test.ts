import assert from "node:assert/strict";
import type { Path } from "../../src/policy/finding.ts";
import { isWhole, prune } from "../../src/policy/view.ts";

const rows: readonly { name: string; document: unknown; bad: Path; want: unknown }[] = [
  {
    name: "an optional field goes alone",
    document: { clusters: { a: { region: 1, zone: "z" } } },
    bad: ["clusters", "a", "region"],
    want: { clusters: { a: { zone: "z" } } },
  },
  {
    name: "half of a pair of coordinates is none",
    document: { clusters: { a: { coordinates: [100, 0], zone: "z" } } },
    bad: ["clusters", "a", "coordinates", 0],
    want: { clusters: { a: { zone: "z" } } },
  },
  {
    name: "a required field takes its object along",
    document: { routes: [{ name: "r", hedge: { after: 5, max: 1 } }] },
    bad: ["routes", 0, "hedge", "after"],
    want: { routes: [{ name: "r" }] },
  },
  {
    name: "an item of a list leaves a hole",
    document: { routes: [{ mirror: [{ cluster: 5 }, { cluster: "a" }] }] },
    bad: ["routes", 0, "mirror", 0, "cluster"],
    // deno-lint-ignore no-sparse-arrays
    want: { routes: [{ mirror: [, { cluster: "a" }] }] },
  },
];
for (const { name, document, bad, want } of rows) {
  Deno.test(`view: ${name}`, () => assert.deepEqual(prune(document, [bad]), want));
}

Deno.test("view: a list that lost a null is not whole, one that lost nothing is", () => {
  const part = (routes: unknown[], kept: unknown[]): Parameters<typeof isWhole>[0] => ({
    path: [],
    value: { failover: kept },
    written: { failover: routes },
  });
  assert.ok(isWhole(part(["a"], ["a"]), ["failover" as never]));
  assert.ok(isWhole(part(["a"], ["a"]), ["hosts" as never]));
  assert.ok(!isWhole(part([null], new Array(1)), ["failover" as never]));
  assert.ok(!isWhole(part(["a", "b"], ["a"]), ["failover" as never]));
});

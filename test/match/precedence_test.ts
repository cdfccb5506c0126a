import assert from "node:assert/strict";
import { rankRules } from "../../src/compile/rules.ts";
import { type Contender, type Criterion, decisive } from "../../src/match/precedence.ts";
import type { PolicyRoute } from "../../src/policy/schema/policy.ts";

type Sketch = Pick<PolicyRoute, "hosts" | "match" | "precedence">;

function contender(sketch: Sketch): Contender {
  const [{ host, path, rule }] = rankRules([{ name: "r", to: "a", ...sketch }]) as [
    ReturnType<typeof rankRules>[number],
  ];
  return { host, path, precedence: rule.precedence, conditions: rule.conditions };
}

/** The first of the two goes first, by the criterion named; `null`: they are equals. */
const rows: readonly (readonly [first: Sketch, second: Sketch, by: Criterion | null])[] = [
  [{}, {}, null],
  [{ match: { path: "/a" } }, { match: { path: "/b" } }, null],
  [{ precedence: 1 }, { hosts: ["a.test"] }, "precedence"],
  [{}, { precedence: -1 }, "precedence"],
  [{ hosts: ["a.test"] }, { hosts: ["*.long.example.test"], match: { path: "/a" } }, "host"],
  [{ hosts: ["*.a.test"] }, { hosts: ["*.test"] }, "host"],
  [{ hosts: ["*.test"] }, {}, "host"],
  [{ match: { path: "/a" } }, { match: { path: "/long/*" } }, "pathKind"],
  [{ match: { path: "/a/*" } }, { match: { path: { regex: "/long.*" } } }, "pathKind"],
  [{ match: { path: { regex: "/a" } } }, { match: { path: "/*" } }, "pathKind"],
  [{ match: { path: "/a/b/*" } }, { match: { path: "/a/*", method: "GET" } }, "pathLength"],
  [{ match: { method: ["GET", "PUT"] } }, { match: { headers: { x: "1" } } }, "method"],
  [{ match: { headers: { x: "1" } } }, { match: { query: { x: "1", y: "1" } } }, "headers"],
  [{ match: { query: { x: "1" } } }, { match: { cookies: { x: "1", y: "1" } } }, "query"],
  [{ match: { cookies: { x: "1" } } }, {}, "cookies"],
];

for (const [first, second, by] of rows) {
  Deno.test(`precedence: ${JSON.stringify(first)} before ${JSON.stringify(second)}`, () => {
    assert.equal(decisive(contender(first), contender(second)), by);
    const ranked = rankRules([
      { name: "second", to: "a", ...second },
      { name: "first", to: "a", ...first },
    ]);
    assert.equal(ranked[0]!.rule.route, by === null ? 0 : 1);
  });
}

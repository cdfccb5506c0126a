import assert from "node:assert/strict";
import picocolors from "picocolors";
import { sharesTable } from "../../src/cli/shares_table.ts";
import { simulate } from "../../src/simulate/simulate.ts";
import { at, sceneOf, type Sketch } from "../simulate/scenes.ts";

function linesOf(sketch: Sketch, width = Infinity, color = false): string[] {
  const { plan, stateOf, from } = sceneOf("", sketch);
  const look = { colors: picocolors.createColors(color), width };
  return sharesTable(simulate(plan, stateOf, from), look);
}

const CHAIN: Sketch = {
  clusters: { aws: { endpoints: [at("us/a"), at("eu")] }, pop: 1 },
  split: { aws: 1 },
  route: { failover: ["pop"] },
  states: { "aws/0": "unhealthy" },
};

Deno.test("shares table: clusters, endpoints, places and levels", () => {
  assert.deepEqual(linesOf(CHAIN), [
    "r",
    "  aws                                              70.0 %  ██████████████░░░░░░",
    "    0 http://aws-0.test  us/a  unhealthy  level 0   0.0 %",
    "    1 http://aws-1.test  eu    healthy    level 0  70.0 %",
    "  pop                                              30.0 %  ██████░░░░░░░░░░░░░░",
    "    0 http://pop-0.test        healthy    level 0  30.0 %",
  ]);
});

Deno.test("shares table: panic and what is unserved", () => {
  const lines = linesOf({
    clusters: { a: { endpoints: 2, panicThreshold: 0 }, b: 2 },
    split: { a: 1, b: 3 },
    route: { failover: [] },
    states: { a: "unhealthy", b: "unhealthy" },
  });
  assert.deepEqual(lines.map((line) => line.trim().split(/ {2,}/).slice(0, 3).join(" | ")), [
    "r",
    "a | 0.0 % | ░░░░░░░░░░░░░░░░░░░░",
    "0 http://a-0.test | unhealthy | level 0",
    "1 http://a-1.test | unhealthy | level 0",
    "b | panic | 75.0 %",
    "0 http://b-0.test | unhealthy | level 0",
    "1 http://b-1.test | unhealthy | level 0",
    "unserved | 25.0 % | █████░░░░░░░░░░░░░░░",
  ]);
});

for (const width of [60, 79, 80, 99, 100, 120]) {
  Deno.test(`shares table: no line is wider than ${width}`, () => {
    const long = { origin: `http://${"a".repeat(80)}.test`, ...at("us/a") };
    const lines = linesOf(
      { ...CHAIN, clusters: { aws: { endpoints: [long, long] }, pop: 1 } },
      width,
    );
    for (const line of lines) assert.ok(line.length <= width, line);
    assert.ok(lines.some((line) => line.includes("…")));
  });
}

Deno.test("shares table: of many endpoints, neighbours with the same fate share a line", () => {
  const lines = linesOf({
    clusters: { a: 100 },
    split: { a: 1 },
    states: { "a/40": "unhealthy" },
  });
  assert.deepEqual(lines.slice(2).map((line) => line.trim().replaceAll(/ {2,}/g, " ")), [
    "0-39 (40 endpoints, each) healthy level 0 1.0 %",
    "40 http://a-40.test unhealthy level 0 0.0 %",
    "41-99 (59 endpoints, each) healthy level 0 1.0 %",
  ]);
});

Deno.test("shares table: nothing to show", () => {
  const look = { colors: picocolors.createColors(false), width: 80 };
  assert.deepEqual(sharesTable({ routes: [] }, look), [
    "No route of this policy forwards anything.",
  ]);
});

Deno.test("shares table: colours change nothing but colours", () => {
  const painted = linesOf(CHAIN, Infinity, true);
  assert.ok(painted.some((line) => line.includes("\x1b[")));
  // deno-lint-ignore no-control-regex
  assert.deepEqual(painted.map((line) => line.replaceAll(/\x1b\[\d+m/g, "")), linesOf(CHAIN));
});

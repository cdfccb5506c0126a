import assert from "node:assert/strict";
import { formatFinding, formatPath, type Path } from "../../src/policy/finding.ts";

const rows: readonly [Path, string][] = [
  [[], "$"],
  [["routes", 0, "split", "aws"], "routes[0].split.aws"],
  [["clusters", "eu-west-1", "endpoints", 10, "url"], "clusters.eu-west-1.endpoints[10].url"],
  [["$schema"], "$schema"],
  [["a.b"], '["a.b"]'],
  [["routes", 0, "match", "query", "a b"], 'routes[0].match.query["a b"]'],
  [["x", ""], 'x[""]'],
  [["x", '"'], 'x["\\""]'],
];

for (const [path, text] of rows) {
  Deno.test(`formatPath: ${text}`, () => assert.equal(formatPath(path), text));
}

Deno.test("formatFinding: one line that editors and terminals can follow", () => {
  const finding = {
    code: "LIM020",
    severity: "error",
    path: "routes[0].to",
    line: 3,
    column: 9,
    message: "there is no cluster",
  } as const;
  assert.equal(
    formatFinding("p.json", finding),
    "p.json:3:9 LIM020 routes[0].to: there is no cluster",
  );
});

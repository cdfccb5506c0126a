import assert from "node:assert/strict";
import { formatFinding, formatPath, parsePath, type Path } from "../../src/policy/finding.ts";
import { located } from "../../src/policy/locate.ts";

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
  Deno.test(`parsePath: ${text}`, () => assert.deepEqual(parsePath(text), path));
}

Deno.test("located: each finding gets the place of its path, or of what is around it", () => {
  const text = `{
  "clusters": { "dc": { "healthCheck": {
    "headers": { "x.key": "secret:A" }
  } } }
}`;
  const places = ['clusters.dc.healthCheck.headers["x.key"]', "clusters.dc.via.binding", "$"];
  const findings = places.map((path) => ({
    code: "LIM065",
    severity: "error" as const,
    path,
    line: 1,
    column: 1,
    message: "",
  }));
  assert.deepEqual(
    located(findings, text).map(({ path, line, column }) => [path, line, column]),
    [[places[0], 3, 27], [places[1], 2, 23], [places[2], 1, 1]],
  );
});

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

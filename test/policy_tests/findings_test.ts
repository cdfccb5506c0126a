import assert from "node:assert/strict";
import { formatFinding } from "../../src/policy/finding.ts";
import { testFindings } from "../../src/policy_tests/findings.ts";
import type { TestResult } from "../../src/policy_tests/report.ts";

const text = `{
  "clusters": {}, "routes": [], // comments count
  "tests": [
    { "name": "a" }, { "name": "b" },
    { "name": "c" }
  ]
}`;

const result = (name: string, detail: string): TestResult => ({ name, ok: detail === "", detail });

Deno.test("test findings: an error for each test that failed, where it stands", () => {
  const tests = [result("a", ""), result("b", "x"), result('say "c"', "y; z")];
  const report = { passed: 1, failed: 2, tests, uncovered: [] };
  assert.deepEqual(testFindings(report, text).map((finding) => formatFinding("p", finding)), [
    'p:4:22 LIM067 tests[1]: "b" fails: x',
    'p:5:5 LIM067 tests[2]: "say \\"c\\"" fails: y; z',
  ]);
  assert.equal(testFindings(report, text)[0]!.severity, "error");
});

Deno.test("test findings: none of tests that pass", () => {
  const report = { passed: 1, failed: 0, tests: [result("a", "")], uncovered: ["r"] };
  assert.deepEqual(testFindings(report, text), []);
});

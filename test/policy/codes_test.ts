import assert from "node:assert/strict";
import { type RuleName, rules } from "../../src/policy/codes.ts";
import { formatFinding } from "../../src/policy/finding.ts";
import { positions } from "../../src/policy/locate.ts";
import { validate } from "../../src/policy/validate.ts";
import { MARK } from "./_snippet.ts";
import { snippets } from "./_snippets.ts";

for (const [index, { rule, path, text, target }] of snippets.entries()) {
  Deno.test(`code ${rules[rule].code} ${rule} at ${path} (${index})`, () => {
    const clean = text.replace(MARK, "");
    const { line, column } = positions(clean)(text.indexOf(MARK));
    const { policy, findings } = validate(clean, target ? { target } : {});
    const listed = findings.map((finding) => formatFinding("p.json", finding)).join("\n");
    const got = findings.filter((finding) => finding.code === rules[rule].code);
    assert.ok(
      got.some((it) => it.path === path && it.line === line && it.column === column),
      `wanted ${path} at ${line}:${column}, got\n${listed}`,
    );
    assert.equal(got.length, 1, `once, got\n${listed}`);
    if (rules[rule].severity === "error") {
      assert.equal(policy, null);
    } else {
      assert.notEqual(policy, null, `a warning alone, got\n${listed}`);
    }
  });
}

Deno.test("codes: every rule has a snippet, and no code is used twice", () => {
  const shown = new Set<RuleName>(snippets.map(({ rule }) => rule));
  const names = Object.keys(rules) as RuleName[];
  // The deployment's to report, whoever runs the tests; the last has a test of its own.
  assert.deepEqual(names.filter((name) => !shown.has(name)), [
    "missingBinding",
    "missingSecret",
    "failedTest",
    "leftOut",
  ]);
  assert.equal(new Set(names.map((name) => rules[name].code)).size, names.length);
});

Deno.test("codes: the number says how severe it is", () => {
  for (const { code, severity } of Object.values(rules)) {
    assert.match(code, severity === "error" ? /^LIM0\d\d$/ : /^LIM1\d\d$/);
  }
});

Deno.test("positions: each kind of line end, and a byte order mark, count as editors count", () => {
  const at = positions("\uFEFFab\r\ncd\ne\rf");
  assert.deepEqual([0, 1, 3, 5, 8, 10].map(at), [
    { line: 1, column: 1 },
    { line: 1, column: 1 },
    { line: 1, column: 3 },
    { line: 2, column: 1 },
    { line: 3, column: 1 },
    { line: 4, column: 1 },
  ]);
});

/** docs/tests.md says what is so: its tests pass, its output is the command's. */
import assert from "node:assert/strict";
import picocolors from "picocolors";
import { ROOT } from "../e2e/support/gateway.ts";
import { parseDocument } from "../../src/policy/text.ts";
import { reportLines } from "../../src/cli/test.ts";
import { reportOf } from "./support.ts";

const page = await Deno.readTextFile(`${ROOT}/docs/tests.md`);
const [policyText = "", ...testTexts] = [...page.matchAll(/^```jsonc\n([^]*?)^```$/gm)]
  .map(([, text]) => text!);

Deno.test("docs/tests.md: every test of it passes, and together they reach every route", async () => {
  const policy = parseDocument(policyText) as { tests: readonly unknown[] };
  const tests = [...policy.tests, ...testTexts.map(parseDocument)];
  const report = await reportOf({ ...policy, tests });
  assert.deepEqual(report.tests.filter(({ ok }) => !ok), []);
  assert.ok(report.passed >= 10, `${report.passed} are too few`);
  assert.deepEqual(report.uncovered, []);
});

Deno.test("docs/tests.md: what the command prints", async () => {
  const linesOf = async (text: string): Promise<string[]> =>
    reportLines(await reportOf(text), picocolors.createColors(false));
  assert.ok(page.includes(`policy.json\n${(await linesOf(policyText)).join("\n")}\n\`\`\``));
  const [failed] = await linesOf(policyText.replace('"aws": 80', '"aws": 75'));
  assert.ok(page.includes(`\n${failed}\n`), `${failed} is not there`);
});

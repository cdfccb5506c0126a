/** `limen test`: runs the tests that a policy carries. */
import { Command } from "commander";
import { explainGate } from "../../routes/explain_gate.ts";
import type { TestReport, TestResult } from "../policy_tests/report.ts";
import { runTests } from "../policy_tests/run.ts";
import { EXIT, type ExitCode } from "./exit_codes.ts";
import { jsonOption } from "./options.ts";
import { type Colors, colorsFor, print } from "./output.ts";
import { readPlannedPolicy } from "./plan_file.ts";
import { ending } from "./run.ts";

export interface TestCommandOptions {
  readonly json?: true;
}

/** Of many routes without a test, so many are named. */
const MOST_NAMES = 20;

export async function testFile(file: string, { json }: TestCommandOptions): Promise<ExitCode> {
  const read = await readPlannedPolicy(file, json ?? false);
  if (read === null) return EXIT.bad;
  const report = await runTests({
    tests: read.policy.tests ?? [],
    plan: read.plan,
    gate: explainGate,
    uuid: () => crypto.randomUUID(),
  });
  if (json) print(JSON.stringify(report, null, 2));
  else for (const line of reportLines(report, colorsFor(Deno.stdout))) print(line);
  return report.failed === 0 ? EXIT.done : EXIT.bad;
}

export function reportLines(report: TestReport, colors: Colors): string[] {
  const { passed, failed, tests, uncovered } = report;
  const counts = failed > 0
    ? `${passed} passed, ${colors.red(`${failed} failed`)}`
    : tests.length > 0
    ? colors.green(`${passed} passed`)
    : "The policy has no tests: docs/tests.md shows how to write them.";
  const shown = uncovered.slice(0, MOST_NAMES);
  const more = uncovered.length - shown.length;
  return [
    ...tests.map((test) => resultLine(test, colors)),
    ...(tests.length > 0 ? ["", counts] : [counts]),
    ...(uncovered.length === 0 ? [] : [
      `${colors.yellow("No test reaches")} ${shown.join(", ")}${
        more > 0 ? ` and ${more} more` : ""
      }`,
    ]),
  ];
}

const resultLine = ({ name, ok, detail }: TestResult, colors: Colors): string =>
  ok ? `${colors.green("ok")} ${name}` : `${colors.red("FAILED")} ${name}: ${detail}`;

export const testCommand = (): Command =>
  new Command("test")
    .description("Runs the policy's own tests; says which routes none of them reaches.")
    .argument("<file>", "policy; - is standard input")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nA test that fails makes the exit code 1. A push runs them too: a policy whose tests fail is\n" +
        "not stored. How to write them: docs/tests.md.",
    )
    .action(ending(testFile));

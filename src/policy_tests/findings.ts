/** Failed tests as findings, for whoever refuses a policy because of them. */
import { Collector } from "../policy/collect.ts";
import type { Finding } from "../policy/finding.ts";
import type { TestReport } from "./report.ts";

/**
 * An error for each test that failed, at its place in the policy.
 *
 * @param text of the policy whose tests these are
 */
export function testFindings({ tests }: TestReport, text: string): readonly Finding[] {
  const collector = new Collector([]);
  for (const [index, { name, ok, detail }] of tests.entries()) {
    if (ok) continue;
    collector.meaning("failedTest", ["tests", index], `${JSON.stringify(name)} fails: ${detail}`);
  }
  return collector.findings(text);
}

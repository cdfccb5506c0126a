/** Findings on standard output: `FILE:LINE:COL CODE path: message`. */
import { type Finding, formatFinding } from "../policy/finding.ts";
import { colorsFor, count, print } from "./output.ts";

export function printFindings(file: string, findings: readonly Finding[]): void {
  const colors = colorsFor(Deno.stdout);
  for (const finding of findings) {
    const { code, severity } = finding;
    const paint = severity === "error" ? colors.red : colors.yellow;
    // The code is the first of its kind in the line, unless the file is named after it.
    print(formatFinding(file, finding).replace(` ${code} `, () => ` ${paint(code)} `));
  }
}

/** `2 errors, 1 warning`. */
export function tally(findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.length - errors;
  const parts = [
    ...(errors > 0 ? [count(errors, "error")] : []),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
  ];
  return parts.length === 0 ? "no findings" : parts.join(", ");
}

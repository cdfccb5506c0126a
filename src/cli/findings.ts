/** Findings, on standard output unless told otherwise: `FILE:LINE:COL CODE path: message`. */
import { type Finding, formatFinding } from "../policy/finding.ts";
import { colorsFor, count, print, say } from "./output.ts";

/** @param line takes each line: `say` where standard output is for something else */
export function printFindings(
  file: string,
  findings: readonly Finding[],
  line: (text: string) => void = print,
): void {
  const colors = colorsFor(Deno.stdout);
  for (const finding of findings) {
    const { code, severity } = finding;
    const paint = severity === "error" ? colors.red : colors.yellow;
    // The code is the first of its kind in the line, unless the file is named after it.
    line(formatFinding(file, finding).replace(` ${code} `, () => ` ${paint(code)} `));
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

/** A code alone tells a newcomer little. Where there are errors, they come first. */
export function sayWhereToRead(findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity }) => severity === "error");
  const [code, ...others] = new Set(
    (errors.length > 0 ? errors : findings).map(({ code }) => code),
  );
  if (code === undefined) return;
  say(
    others.length > 0
      ? "What these codes mean and how to mend them: docs/findings.md"
      : `What ${code} means and how to mend it: docs/findings.md#${code.toLowerCase()}`,
  );
}

/** Why a policy goes no further, on standard output, or standard error where it is said in words. */
export function refuseFindings(
  { file, findings, json, what }: {
    /** As findings call it. */
    readonly file: string;
    readonly findings: readonly Finding[];
    readonly json: boolean;
    /** What does not come of it, such as `not pushed`; absent: nothing was to. */
    readonly what?: string;
  },
): void {
  if (json) print(JSON.stringify({ findings }, null, 2));
  else printFindings(file, findings);
  const prefix = what === undefined ? "" : `${what}: `;
  say(`limen: ${prefix}${file} is not a valid policy (${tally(findings)})`);
  if (!json) sayWhereToRead(findings);
}

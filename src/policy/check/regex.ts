/** Regexes and the templates that replace what they match. */
import { RE2JS, RE2JSSyntaxException } from "re2js";
import type { Path, Report } from "../finding.ts";

/** Distinct regexes of one policy; compiling one takes up to a few milliseconds. */
const MOST = 5000;

/** Checks the regexes of one policy; equal ones are compiled once. */
export class Regexes {
  /** The number of groups, or what is wrong. */
  private readonly seen = new Map<string, number | string>();

  constructor(private readonly report: Report) {}

  /**
   * Reports a regex that does not compile.
   *
   * @returns the number of its groups, or `null` if it does not compile
   */
  check(regex: string, path: Path): number | null {
    let result = this.seen.get(regex);
    if (result === undefined) {
      result = this.seen.size < MOST ? compile(regex) : `more than ${MOST} regexes in one policy`;
      this.seen.set(regex, result);
    }
    if (typeof result === "number") return result;
    this.report("badRegex", path, result);
    return null;
  }
}

function compile(regex: string): number | string {
  try {
    return RE2JS.compile(regex).groupCount();
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): string {
  if (!(error instanceof RE2JSSyntaxException)) return "the regex is too complex";
  const reason = error.getDescription();
  const part = error.getPattern();
  const hint = /^\(\?<?[=!]/.test(part ?? "")
    ? "; RE2 has no look-around"
    : /^\\[1-9]/.test(part ?? "")
    ? "; RE2 has no back-references"
    : "";
  return `${reason}${part ? `: ${JSON.stringify(part)}` : ""}${hint}`;
}

/** `\0` is the whole match, `\1` to `\9` its groups, `\\` a backslash; all else is literal. */
export function checkTemplate(
  template: string,
  groups: number | null,
  path: Path,
  report: Report,
): void {
  for (const [escape, next] of template.matchAll(/\\(.?)/gsu)) {
    if (next === "\\") continue;
    if (next === undefined || !/^\d$/.test(next)) {
      const message = `${JSON.stringify(escape)} means nothing: use \\0 to \\9 and \\\\`;
      report("badTemplate", path, message);
    } else if (groups !== null && Number(next) > groups) {
      const has = groups === 0 ? "no groups" : groups === 1 ? "one group" : `${groups} groups`;
      report("badTemplate", path, `there is no group ${next}: the regex has ${has}`);
    }
  }
}

/** Paths as text: what a policy may hold so that it means what it says. */

/** Longer ones are refused by common servers anyway. */
const MAX_LENGTH = 2048;

/**
 * What is wrong with a path that requests are compared with or sent to, or
 * `null`. The gateway compares and forwards one normalised string (percent-encoding
 * in one spelling, no dot segments); a path that can't occur in it is a mistake.
 */
export function pathProblem(path: string): string | null {
  if (!path.startsWith("/")) return 'a path starts with "/"';
  if (path.length > MAX_LENGTH) return `a path has at most ${MAX_LENGTH} characters`;
  if (path.includes("?")) return "leave out the query: a path ends before the question mark";
  if (path.includes("#")) return "leave out the fragment: a path has no #";
  if (path.includes("\\")) return "a path has no backslash";
  if (/\p{Cc}/u.test(path)) return "a path has no control characters";
  const broken = /%(?![0-9a-f]{2}).{0,2}/i.exec(path);
  if (broken) return `${JSON.stringify(broken[0])} is not a percent-escape: a percent sign is %25`;
  // WHATWG URL: what a browser always sends percent-encoded in a path.
  const raw = /[\s"<>`{}]|\P{ASCII}/u.exec(path);
  if (raw) {
    return `write ${JSON.stringify(raw[0])} percent-encoded, as ${
      encodeURIComponent(raw[0].toWellFormed())
    }`;
  }
  if (path.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))) {
    return 'a path has no "." or ".." segments: they are resolved before routes are matched';
  }
  return null;
}

/** As `pathProblem`, for a route's `match.path`, where a final `/*` makes it a prefix. */
export function patternProblem(pattern: string): string | null {
  if (pattern === "*") return 'write "/*" for every path';
  const path = pattern.endsWith("/*") ? pattern.slice(0, -1) : pattern;
  const problem = pathProblem(path);
  if (problem !== null) return problem;
  return path.includes("*")
    ? 'a * stands only at the end, as "/*"; { "regex": … } takes other patterns'
    : null;
}

/** As `pathProblem`, for what a redirect or rewrite puts in place. */
export function replacementProblem(path: string): string | null {
  return path.endsWith("/*") ? 'leave out the "/*" at the end' : pathProblem(path);
}

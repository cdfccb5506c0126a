import assert from "node:assert/strict";
import * as fc from "fast-check";
import { literalPrefix, wholeMatch, wholeMatchMany } from "../../src/compile/regex.ts";

const prefixes: readonly [pattern: string, want: string][] = [
  ["/a/b/[0-9]+", "/a/b"],
  ["^/a/b/.*$", "/a/b"],
  ["/a/b", "/a"],
  ["/a", ""],
  ["/", ""],
  ["", ""],
  [".*", ""],
  ["a/b/c", ""],
  ["(?i)/a/b/c", ""],
  ["/a/*", ""],
  ["/a/?b", ""],
  ["/a/{2}", ""],
  ["/a/+", "/a"],
  ["/a/b*", "/a"],
  ["/v1.0/x", ""],
  ["/a/b|/c", ""],
  ["/a/(b|c)", "/a"],
  ["/a/(b)|(c)", ""],
  // A `|` that a class or an escape may hide, or let out.
  ["/a/[(]|b", ""],
  ["/a/\\(|b", ""],
  ["//a/.*", "//a"],
];
for (const [pattern, want] of prefixes) {
  Deno.test(`regex: certain segments of ${pattern}`, () =>
    assert.equal(literalPrefix(pattern), want));
}

Deno.test("regex: every match starts with the certain segments", () => {
  const piece = fc.constantFrom(
    "/",
    "/",
    "a",
    "b",
    "*",
    "?",
    "+",
    "{0}",
    "|",
    "(",
    ")",
    ".",
    "[(]",
    "\\(",
  );
  const pattern = fc.array(piece, { maxLength: 8 }).map((s) => "/a/" + s.join(""));
  const path = fc.array(fc.constantFrom("/", "a", "b", "("), { maxLength: 6 }).map((s) =>
    "/" + s.join("")
  );
  fc.assert(
    fc.property(pattern, fc.array(path, { minLength: 10 }), (pattern, paths) => {
      const prefix = literalPrefix(pattern) + "/";
      const matches = compileOrNull(pattern);
      for (const path of paths) {
        if (matches?.(path)) assert.ok(path.startsWith(prefix), `${pattern} takes ${path}`);
      }
    }),
    { numRuns: 3000 },
  );
});

function compileOrNull(pattern: string): ((value: string) => boolean) | null {
  const matches = wholeMatch(pattern);
  try {
    matches("");
    return matches;
  } catch {
    return null;
  }
}

Deno.test("regex: many at once find what each finds alone", () => {
  const patterns = [
    "a",
    "a|ab",
    "a.*",
    "(?i)A",
    "^ab$",
    "\\w+",
    "\\pL",
    ".*b",
    "",
    "\\Qa\\E",
    "[[:alpha:]]+",
    "\\ba\\b",
  ];
  const many = wholeMatchMany(patterns);
  for (const value of ["", "a", "A", "ab", "aB", "é", "b", "abc", "ba"]) {
    const alone = patterns.flatMap((pattern, i) => wholeMatch(pattern)(value) ? [i] : []);
    assert.deepEqual([...many(value)].sort((a, b) => a - b), alone, value);
  }
});

Deno.test("regex: linear time where backtracking would never end", () => {
  assert.equal(wholeMatch("(a*)*(a*)*b")("a".repeat(5000)), false);
});

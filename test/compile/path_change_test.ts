import assert from "node:assert/strict";
import * as fc from "fast-check";
import { changePath } from "../../src/action/rewrite.ts";
import { compilePathChange } from "../../src/compile/path_change.ts";
import { normalizePath } from "../../src/match/path.ts";

const substitutions: readonly [regex: string, template: string, path: string, want: string][] = [
  ["^/u/(.*)$", "/users/\\1", "/u/bob/x", "/users/bob/x"],
  ["^/u/(.*)$", "/users/\\1", "/v/bob", "/v/bob"],
  // Every match, as Envoy does.
  ["a", "b", "/a/a/ca", "/b/b/cb"],
  ["/([a-z])/([a-z])", "/\\2/\\1", "/a/b/c/d", "/b/a/d/c"],
  ["b", "[\\0]", "/abc", "/a[b]c"],
  // No empty match right behind another one, as in RE2's GlobalReplace.
  [".*", "/x", "/a/b", "/x"],
  ["x*", "-", "/ab", "/-/-a-b-"],
  ["(a)|(b)", "<\\2>", "/ab", "/%3C%3E%3Cb%3E"],
  ["a", "\\9", "/a", "/"],
  ["a", "$1$&", "/a", "/$1$&"],
  // The result is a valid path again.
  ["^/a/", "", "/a/b", "/b"],
  ["^.*$", "", "/a", "/"],
  ["b", "..", "/a/b/c", "/c"],
  ["a", "é ?#", "/a", "/%C3%A9%20%3F%23"],
  ["a", "\\\\", "/a", "/%5C"],
  ["a", "100%", "/a", "/100%25"],
  ["a", "%00", "/a", "/%2500"],
  ["a", "\n", "/a", "/%0A"],
  ["F", "f", "/a%2Fb", "/a%2Fb"],
];
for (const [regex, template, path, want] of substitutions) {
  Deno.test(`path change: ${regex} with ${JSON.stringify(template)} on ${path}`, () => {
    const change = compilePathChange({ regex, with: template })!;
    assert.equal(changePath(change, path, null), want);
  });
}

Deno.test("path change: whatever is put in, a normalised path comes out", () => {
  const piece = fc.constantFrom(
    "/",
    "..",
    ".",
    "%",
    "%00",
    "%2e",
    "\\\\",
    "\\1",
    "\0",
    "a",
    "é",
    "2e",
    "\ud800",
  );
  const template = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(template, (template) => {
      const change = compilePathChange({ regex: "b(.)", with: template })!;
      const path = changePath(change, "/a/bc/%2Fbd", null);
      assert.equal(normalizePath(path), path);
    }),
    { numRuns: 1000 },
  );
});

const plain: readonly [written: Parameters<typeof compilePathChange>[0], want: unknown][] = [
  [undefined, null],
  [{ prefix: "/v2" }, { kind: "prefix", to: "/v2" }],
  [{ prefix: "/v2/" }, { kind: "prefix", to: "/v2" }],
  [{ prefix: "/" }, { kind: "prefix", to: "" }],
  [{ prefix: "" }, { kind: "prefix", to: "" }],
  [{ prefix: "v2" }, { kind: "prefix", to: "/v2" }],
  [{ prefix: "/a/../é/." }, { kind: "prefix", to: "/%C3%A9" }],
  [{ full: "/x/" }, { kind: "full", to: "/x/" }],
  [{ full: "" }, { kind: "full", to: "/" }],
  [{ full: "/a b" }, { kind: "full", to: "/a%20b" }],
];
for (const [written, want] of plain) {
  Deno.test(`path change: ${JSON.stringify(written)}`, () => {
    assert.deepEqual(compilePathChange(written), want);
  });
}

Deno.test("path change: a path that no request can have is refused", () => {
  assert.throws(() => compilePathChange({ full: "/a\\b" }), /Cannot use the path/);
});

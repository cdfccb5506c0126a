import assert from "node:assert/strict";
import * as fc from "fast-check";
import { changePath } from "../../src/action/rewrite.ts";

const prefixes: readonly [path: string, prefix: string | null, to: string, want: string][] = [
  ["/foo", "/foo", "/bar", "/bar"],
  ["/foo/", "/foo", "/bar", "/bar/"],
  ["/foo/x", "/foo", "/bar", "/bar/x"],
  ["/foo/x/", "/foo", "/bar", "/bar/x/"],
  ["/foo/x", "/foo", "/bar/baz", "/bar/baz/x"],
  // The root as replacement.
  ["/foo", "/foo", "", "/"],
  ["/foo/", "/foo", "", "/"],
  ["/foo/x", "/foo", "", "/x"],
  // The root as prefix.
  ["/", "", "/bar", "/bar/"],
  ["/x", "", "/bar", "/bar/x"],
  ["/", "", "", "/"],
  // Double slashes that were there stay there.
  ["/foo//x", "/foo", "/bar", "/bar//x"],
  ["/foo//x", "/foo", "", "//x"],
  ["//x", "", "/bar", "/bar//x"],
  ["/foo/x%2Fy", "/foo", "/bar", "/bar/x%2Fy"],
  // An exact or regex match is a match of all of the path.
  ["/foo/x", null, "/bar", "/bar"],
  ["/foo/", null, "", "/"],
];
for (const [path, prefix, to, want] of prefixes) {
  Deno.test(`rewrite: ${path} with ${prefix} replaced by "${to}"`, () => {
    assert.equal(changePath({ kind: "prefix", to }, path, prefix), want);
  });
}

Deno.test("rewrite: the whole path", () => {
  assert.equal(changePath({ kind: "full", to: "/x/" }, "/a/b", "/a"), "/x/");
});

Deno.test("rewrite: by a function of the path", () => {
  const apply = (path: string): string => path + "/more";
  assert.equal(changePath({ kind: "regex", apply }, "/a", ""), "/a/more");
});

Deno.test("rewrite: replacing a prefix and back again changes nothing", () => {
  const rest = fc.array(fc.constantFrom("", "x", "y%2F")).map((s) =>
    s.map((x) => "/" + x).join("")
  );
  const prefix = fc.constantFrom("/foo", "/foo/bar", "/v2");
  fc.assert(fc.property(prefix, prefix, rest, (from, to, rest) => {
    const there = changePath({ kind: "prefix", to }, from + rest, from);
    assert.equal(changePath({ kind: "prefix", to: from }, there, to), from + rest);
  }));
});

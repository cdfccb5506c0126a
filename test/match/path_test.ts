import assert from "node:assert/strict";
import * as fc from "fast-check";
import { normalizePath } from "../../src/match/path.ts";

const rows: readonly [raw: string, want: string | null][] = [
  ["/", "/"],
  ["/a/b-c_d~e.f/", "/a/b-c_d~e.f/"],
  ["/a!$&'()*+,;=:@|[]", "/a!$&'()*+,;=:@|[]"],
  // Encoding.
  ["/%61%7E%2D%2e", "/a~-."],
  ["/caf%c3%a9", "/caf%C3%A9"],
  ["/café", "/caf%C3%A9"],
  ["/\u{1F600}", "/%F0%9F%98%80"],
  ["/\ud800", "/%EF%BF%BD"],
  ["/a%2fb", "/a%2Fb"],
  ["/a%5cb", "/a%5Cb"],
  ["/a%ffb", "/a%FFb"],
  ["/a%0d%0ab", "/a%0D%0Ab"],
  ['/a b"<>^`{}?#', "/a%20b%22%3C%3E%5E%60%7B%7D%3F%23"],
  ["/%252e%252E/a", "/%252e%252E/a"],
  ["/%25%32%65", "/%252e"],
  // Dot segments.
  ["/a/./b", "/a/b"],
  ["/a/../b", "/b"],
  ["/a/..", "/"],
  ["/a/b/..", "/a/"],
  ["/a/.", "/a/"],
  ["/..", "/"],
  ["/../../a", "/a"],
  ["/a/%2e%2E/b", "/b"],
  ["/a/.%2e/b", "/b"],
  ["/a/%2e/b", "/a/b"],
  ["/a/...", "/a/..."],
  ["/.a/..b/c.", "/.a/..b/c."],
  ["/.well-known/x", "/.well-known/x"],
  ["/a/..%2fb", "/a/..%2Fb"],
  // Double slashes are empty segments.
  ["//", "//"],
  ["/a//b///", "/a//b///"],
  ["/a//../b", "/a/b"],
  ["/a/..//b", "//b"],
  ["/a//./b", "/a//b"],
  ["//..", "/"],
  // Refused.
  ["/a\\b", null],
  ["/a\0b", null],
  ["/a%00b", null],
  ["/a\tb", null],
  ["/a\x7f", null],
  ["/a%", null],
  ["/a%2", null],
  ["/a%zz", null],
  ["/a%2%35", null],
];

for (const [raw, want] of rows) {
  Deno.test(`path: ${JSON.stringify(raw)} is ${want}`, () => {
    assert.equal(normalizePath(raw), want);
  });
}

/** Paths made of what normalisation cares about. */
const tricky = fc.array(
  fc.oneof(
    fc.constantFrom(
      "/",
      "/",
      ".",
      "..",
      "%2e",
      "%2E",
      "%2f",
      "%25",
      "%41",
      "%c3%a9",
      "é",
      "a",
      "b",
    ),
    fc.constantFrom(" ", "|", "^", "%00", "%", "\\", "\n", "2e", "~", "%7e"),
    fc.string({ unit: "binary", maxLength: 2 }),
  ),
  { maxLength: 12 },
).map((parts) => "/" + parts.join(""));

Deno.test("path: normalising twice changes nothing", () => {
  fc.assert(
    fc.property(tricky, (raw) => {
      const once = normalizePath(raw);
      if (once !== null) assert.equal(normalizePath(once), once);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("path: what is matched is what URL, and so fetch, leaves as it is", () => {
  fc.assert(
    fc.property(tricky, (raw) => {
      const path = normalizePath(raw);
      if (path !== null) assert.equal(new URL("http://h" + path).pathname, path);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("path: dot segments resolve as in URL", () => {
  const dots = fc.array(fc.constantFrom("", ".", "..", "%2e", "%2E.", "a", "b")).map((s) =>
    "/" + s.join("/")
  );
  fc.assert(
    fc.property(dots, (raw) => {
      assert.equal(normalizePath(raw), new URL("http://h" + raw).pathname);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("path: the escapes that remain decode to the same bytes", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "Z", "~", "é", "/", "%", " ", "?") });
  fc.assert(fc.property(letters, (text) => {
    const encoded = "/x" + encodeURIComponent(text);
    assert.equal(decodeURIComponent(normalizePath(encoded)!), "/x" + text);
  }));
});

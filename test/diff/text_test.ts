import assert from "node:assert/strict";
import { textDiff } from "../../src/diff/text.ts";

const diff = (before: string, after: string): string =>
  textDiff({ name: "a", text: before }, { name: "b", text: after });

const numbered = (count: number, mark = ""): string =>
  Array.from({ length: count }, (_, i) => `${mark}${i}\n`).join("");

Deno.test("text diff: equal texts", () => assert.equal(diff("a\nb", "a\nb"), ""));

Deno.test("text diff: three lines around each change", () => {
  const after = numbered(20).replace("10\n", "ten\n");
  assert.equal(
    diff(numbered(20), after),
    "--- a\n+++ b\n@@ -8,7 +8,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n",
  );
});

Deno.test("text diff: the end of a text without a line's end", () => {
  assert.equal(
    diff("a", "a\n"),
    "--- a\n+++ b\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n",
  );
});

Deno.test("text diff: a change in a text of megabytes", () => {
  const before = numbered(400_000, "some line of a policy ");
  assert.match(
    diff(before, before.replace("line of a policy 7\n", "other\n")),
    /\n-some line .* 7\n\+some other\n/,
  );
});

Deno.test("text diff: given up in a line, where too much differs", () => {
  const lines = diff(numbered(3000, "a"), numbered(3000, "b"));
  assert.equal(lines, "The texts differ in more than 2000 lines: no diff of them is made.\n");
  // The longer the texts, the fewer lines: the time for it has a bound.
  const long = diff(numbered(300_000), numbered(300_000).replaceAll("7", "x"));
  assert.equal(long, "The texts differ in more than 667 lines: no diff of them is made.\n");
});

Deno.test("text diff: not shown where it would be longer than anyone reads", () => {
  const line = "x".repeat(600_000);
  assert.match(
    diff(`${line}a`, `${line}b`),
    /^The diff of the texts has 12\d{5} characters: too long/,
  );
});

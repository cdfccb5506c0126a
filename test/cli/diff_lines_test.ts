import assert from "node:assert/strict";
import picocolors from "picocolors";
import { diffLines } from "../../src/cli/diff_lines.ts";
import type { TextDiff } from "../../src/diff/diff.ts";

const plain = { colors: picocolors.createColors(false) };

const nothing: TextDiff = { from: null, to: "1".repeat(12), changes: [], shares: [], text: "" };

const change = (kind: "added" | "removed" | "changed" | "warning", message: string) =>
  ({ kind, path: "routes", message }) as const;

Deno.test("diff lines: warnings first, then changes, shares and the texts", () => {
  const diff: TextDiff = {
    ...nothing,
    changes: [
      change("changed", "checkout-canary: canary 10 % -> 25 %"),
      change("removed", "cluster dc: endpoint http://10.0.3.8:8080 removed"),
      change("warning", "route x now shadows route y"),
      change("added", "route new: added"),
    ],
    shares: [
      { route: "checkout-canary", cluster: "canary", from: 0.1, to: 0.25 },
      { route: "new", cluster: "aws", from: 0, to: 1 },
    ],
    text: "--- a\n+++ b\n@@ -1,2 +1,2 @@\n \tsame\n-old\n+new\n",
  };
  assert.equal(
    diffLines(diff, plain).join("\n"),
    `  ! route x now shadows route y
  ~ checkout-canary: canary 10 % -> 25 %
  - cluster dc: endpoint http://10.0.3.8:8080 removed
  + route new: added

Shares that move, when every endpoint is healthy:
  checkout-canary  canary  10.0 %  ->   25.0 %
  new              aws      0.0 %  ->  100.0 %

--- a
+++ b
@@ -1,2 +1,2 @@
 \tsame
-old
+new`,
  );
});

Deno.test("diff lines: nothing, and nothing but comments", () => {
  assert.deepEqual(diffLines(nothing, plain), ["Nothing changes."]);
  const comments = { ...nothing, text: "--- a\n+++ b\n" };
  assert.deepEqual(diffLines(comments, plain), [
    "Only comments and layout differ.",
    "",
    "--- a",
    "+++ b",
  ]);
});

Deno.test("diff lines: of what is long, the beginning; of changes, never instead of the warnings", () => {
  const diff: TextDiff = {
    ...nothing,
    changes: [1, 2, 3, 4].map((n) => change(n === 4 ? "warning" : "added", `${n}`)),
    shares: [1, 2, 3].map((n) => ({ route: `r${n}`, cluster: "a", from: 0, to: 1 })),
    text: "1\n2\n3\n4\n",
  };
  assert.equal(
    diffLines(diff, { ...plain, most: 2, mostText: 1 }).join("\n"),
    `  ! 4
  + 1
  + 2
  … and 1 more changes: limen diff --json has all of them

Shares that move, when every endpoint is healthy:
  r1  a  0.0 %  ->  100.0 %
  r2  a  0.0 %  ->  100.0 %
  … and 1 more shares: limen diff --json has all of them

1
  … and 3 more lines: limen diff --json has all of them`,
  );
  assert.equal(diffLines(diff, { ...plain, mostText: 0 }).at(-1), "  r3  a  0.0 %  ->  100.0 %");
});

Deno.test("diff lines: nobody is shown hundreds of lines, but for the texts", () => {
  const many = Array.from({ length: 200 }, (_, n) => n);
  const lines = diffLines({
    ...nothing,
    changes: many.flatMap((n) => [change("added", `a${n}`), change("warning", `w${n}`)]),
    shares: many.map((n) => ({ route: `r${n}`, cluster: "a", from: 0, to: 1 })),
    text: many.join("\n"),
  }, plain);
  assert.deepEqual(
    lines.filter((line) => line.includes("…")),
    ["warnings", "changes", "shares"].map((what) =>
      `  … and 140 more ${what}: limen diff --json has all of them`
    ),
  );
  assert.equal(lines.at(-1), "199");
});

Deno.test("diff lines: what somebody has pushed can't steer the terminal", () => {
  const diff = {
    ...nothing,
    changes: [change("added", "a\x1b[2J")],
    text: "+// \x1b]0;x\x07\x9b2J\n",
  };
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(diffLines(diff, plain).join("\n"), /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
});

Deno.test("diff lines: colours by what a line says", () => {
  const colors = picocolors.createColors(true);
  const diff = { ...nothing, changes: [change("removed", "a")], text: "--- a\n-b\n+c\n@@ d\n e\n" };
  assert.deepEqual(diffLines(diff, { colors }), [
    `  ${colors.red("- a")}`,
    "",
    colors.bold("--- a"),
    colors.red("-b"),
    colors.green("+c"),
    colors.cyan("@@ d"),
    " e",
  ]);
});

import assert from "node:assert/strict";
import { bashScript } from "../../../src/cli/completion/bash.ts";
import { wordsOf } from "../../../src/cli/completion/words.ts";
import { inShell, launcher, small } from "./support.ts";

const script = bashScript(wordsOf(small()), launcher);

/** What bash offers for `limen WORDS`, the last of them being typed: `FILES` for any file. */
async function offered(...words: readonly string[]): Promise<string> {
  const probe = `${script}
compopt() { [[ "$*" == "+o default" ]] && nothing=yes; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) nothing=
_limen
if [[ \${#COMPREPLY[@]} -gt 0 ]]; then echo "\${COMPREPLY[*]}"; elif [[ $nothing ]]; then echo; else echo FILES; fi`;
  return (await inShell("bash", ["-c", probe, "bash", "limen", ...words])).trim();
}

const rows: readonly { readonly words: readonly string[]; readonly want: string }[] = [
  { words: [""], want: "check shell drain help" },
  { words: ["ch"], want: "check" },
  { words: ["se"], want: "" },
  { words: ["-"], want: "-h --help" },
  { words: ["check", ""], want: "FILES" },
  { words: ["check", "a.json", "b"], want: "FILES" },
  {
    words: ["check", "-"],
    want: "-t --target --note --out --store --watch --json -h --help",
  },
  { words: ["check", "a.json", "--no"], want: "--note" },
  { words: ["check", "--target", ""], want: "cf deno" },
  { words: ["check", "-t", "d"], want: "deno" },
  { words: ["check", "--target", "x"], want: "" },
  { words: ["check", "--target", "="], want: "cf deno" },
  { words: ["check", "--target", "=", "c"], want: "cf" },
  { words: ["check", "--note", ""], want: "" },
  { words: ["check", "--note", "-"], want: "" },
  { words: ["check", "--out", ""], want: "FILES" },
  { words: ["check", "--store", "/t"], want: "FILES" },
  { words: ["check", "--json", ""], want: "FILES" },
  { words: ["check", "--watch", ""], want: "FILES" },
  { words: ["shell", ""], want: "bash zsh" },
  { words: ["shell", "z"], want: "zsh" },
  { words: ["drain", ""], want: "" },
  { words: ["drain", "--"], want: "--help" },
  { words: ["nonsense", ""], want: "" },
];

for (const { words, want } of rows) {
  Deno.test(`bash completion: limen ${words.join(" ")}|`, async () => {
    assert.equal(await offered(...words), want);
  });
}

Deno.test("bash completion: limen is defined where it is not there, and not where it is", async () => {
  assert.match(
    await inShell("bash", ["-c", `${script}\ntype limen`]),
    /deno run -A --quiet --config '\/it'\\''s\/limen\/deno\.json' '\/it'\\''s\/limen\/src\/cli\/main\.ts' "\$@"/,
  );
  const mine = await inShell("bash", ["-c", `limen() { echo mine; }\n${script}\nlimen`]);
  assert.equal(mine, "mine\n");
});

/**
 * Completion in shells that not every machine has: `deno task test:shells`, with Debian's packages
 * zsh and fish.
 */
import assert from "node:assert/strict";
import { fishScript } from "../../src/cli/completion/fish.ts";
import { wordsOf } from "../../src/cli/completion/words.ts";
import { zshScript } from "../../src/cli/completion/zsh.ts";
import { inShell, launcher, small } from "../cli/completion/support.ts";

Deno.test("zsh completion: zsh reads it", async () => {
  const script = zshScript(wordsOf(small()), launcher);
  assert.equal(await inShell("zsh", ["-f", "-n", "-c", script]), "");
});

const rows = [
  { typed: "limen sh", want: ["shell"] },
  { typed: "limen check --target ", want: ["cf", "deno"] },
  { typed: "limen shell z", want: ["zsh"] },
  { typed: "limen drain ", want: [] },
];
for (const { typed, want } of rows) {
  Deno.test(`fish completion: ${typed}|`, async () => {
    const script = fishScript(wordsOf(small()), launcher);
    const offered = await inShell("fish", ["-c", `${script}\ncomplete -C '${typed}'`]);
    const words = offered.split("\n").filter((line) => line !== "");
    assert.deepEqual(words.map((line) => line.split("\t")[0]), want);
  });
}

import assert from "node:assert/strict";
import { zshScript } from "../../../src/cli/completion/zsh.ts";
import { wordsOf } from "../../../src/cli/completion/words.ts";
import { launcher, small } from "./support.ts";

const script = zshScript(wordsOf(small()), launcher);

const parts = [
  `        'check:Checks: it'\\''s [quick].'`,
  "'(-t --target)-t[whose limits]:platform:(cf deno)'",
  "'(-t --target)--target=[whose limits]:platform:(cf deno)'",
  "'*--note=[why; repeatable]:text: '",
  "'--out=[where to]:file:_files'",
  "'--store=[from where]:folder:_files -/'",
  "'--json[for programs]'",
  "'*:file:_files'",
  "shell) _arguments '(-h --help)-h[display help for command]'",
  "'1:name:(bash zsh)'",
  "'1:name: '",
];
for (const part of parts) {
  Deno.test(`zsh completion: ${part.trim()}`, () => assert.ok(script.includes(part), script));
}

Deno.test("zsh completion: nothing that is hidden", () => assert.ok(!script.includes("secret")));

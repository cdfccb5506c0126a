import assert from "node:assert/strict";
import { wordsOf } from "../../../src/cli/completion/words.ts";
import { limen } from "../../../src/cli/main.ts";
import { small } from "./support.ts";

Deno.test("completion words: what the commands say of themselves", () => {
  const { root, commands } = wordsOf(small());
  assert.deepEqual(root.options.map(({ flags }) => flags), [["-h", "--help"]]);
  assert.deepEqual(commands.map(({ name }) => name), ["check", "shell", "drain", "help"]);
  const [check, shell] = commands;
  const value = (name: string, kind: string, choices: readonly string[] = []): object => ({
    name,
    kind,
    choices,
  });
  assert.deepEqual(
    check!.options.map(({ flags, value, isRepeatable }) => [flags.at(-1), value, isRepeatable]),
    [
      ["--target", value("platform", "choice", ["cf", "deno"]), false],
      ["--note", value("text", "any"), true],
      ["--out", value("file", "file"), false],
      ["--store", value("folder", "folder"), false],
      ["--watch", null, false],
      ["--json", null, false],
      ["--help", null, false],
    ],
  );
  assert.deepEqual(check!.arguments, [{ value: value("file", "file"), isVariadic: true }]);
  assert.deepEqual(shell!.arguments, [
    { value: value("name", "choice", ["bash", "zsh"]), isVariadic: false },
  ]);
});

Deno.test("completion words: limen's own files are offered as files", () => {
  const { commands } = wordsOf(limen());
  for (const name of ["validate", "push", "explain", "simulate", "test", "diff"]) {
    const command = commands.find((command) => command.name === name);
    assert.equal(command?.arguments[0]?.value.kind, "file", name);
  }
});

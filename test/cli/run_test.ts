import assert from "node:assert/strict";
import { Command } from "commander";
import { CommandError, EXIT } from "../../src/cli/exit_codes.ts";
import { ending } from "../../src/cli/run.ts";
import { runHere } from "./support/in_process.ts";

const rows: readonly { name: string; thrown: unknown; code: number; stderr: RegExp }[] = [
  {
    name: "a message",
    thrown: new CommandError(EXIT.bad, "this is bad"),
    code: 1,
    stderr: /^limen: this is bad\n$/,
  },
  {
    name: "a bug",
    thrown: new TypeError("x is no function"),
    code: 3,
    stderr: /^limen: a bug: TypeError: x is no function\n +at .*run_test\.ts/,
  },
  { name: "what is no error", thrown: "oops", code: 3, stderr: /^limen: a bug: oops\n$/ },
];
for (const { name, thrown, code, stderr } of rows) {
  Deno.test(`a command that ends with ${name}`, async () => {
    const command = new Command("x").action(ending(() => Promise.reject(thrown)));
    const ran = await runHere(command, []);
    assert.deepEqual([ran.code, ran.stdout], [code, ""]);
    assert.match(ran.stderr, stderr);
  });
}

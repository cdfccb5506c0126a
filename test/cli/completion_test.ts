import assert from "node:assert/strict";
import { ROOT } from "../e2e/support/gateway.ts";
import { runCommand } from "./support/command.ts";

for (const shell of ["bash", "zsh", "fish"]) {
  Deno.test(`limen completion ${shell}: a script that knows the commands`, async () => {
    const { code, stdout, stderr } = await runCommand("main", ["completion", shell]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.ok(stdout.startsWith(shell === "zsh" ? "#compdef limen\n" : "# limen: completion for"));
    for (const word of ["validate", "rollback", "if-revision", "cloudflare deno"]) {
      assert.ok(stdout.includes(word), word);
    }
  });
}

Deno.test("limen completion: another shell", async () => {
  const { code, stderr } = await runCommand("main", ["completion", "tcsh"]);
  assert.equal(code, 2);
  assert.match(stderr, /Allowed choices are bash, zsh, fish/);
});

Deno.test("limen completion: the command that the script makes works in any folder", async () => {
  // Where deno comes by npx, the script would call that.
  const env = { npm_command: "" };
  const { stdout: script } = await runCommand("main", ["completion", "bash"], { env });
  const shell = new Deno.Command("bash", {
    args: ["-c", `deno() { "$DENO" "$@"; }\n${script}\nlimen validate demo.json --target deno`],
    cwd: `${ROOT}/policies`,
    env: { DENO: Deno.execPath(), npm_command: "", NO_COLOR: "1" },
  });
  const { code, stderr } = await shell.output();
  assert.equal(new TextDecoder().decode(stderr), "demo.json: valid, no findings\n");
  assert.equal(code, 0);
});

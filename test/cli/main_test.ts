import assert from "node:assert/strict";
import { ROOT } from "../e2e/support/gateway.ts";
import { runCommand } from "./support/command.ts";

Deno.test("limen --help lists the commands and the exit codes", async () => {
  const { code, stdout, stderr } = await runCommand("main", ["--help"]);
  assert.equal(code, 0);
  assert.equal(stderr, "");
  assert.match(stdout, /^ {2}validate .*^ {2}push .*^ {2}status .*^ {2}drain /ms);
  assert.match(stdout, /Exit codes: 0 done/);
});

Deno.test("limen --version: that of deno.json", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  for (const flag of ["--version", "-V"]) {
    const ran = await runCommand("main", [flag]);
    assert.deepEqual(ran, { code: 0, stdout: `${version}\n`, stderr: "" });
  }
});

Deno.test("deno task build says what it has built, and how large it is", async () => {
  const { code, stdout } = await runCommand("build", []);
  assert.equal(code, 0);
  assert.match(stdout, /^dist\/worker\.js: \d+\.\d KiB, \d+\.\d KiB gzipped\n$/);
});

const rows = [
  { args: [], stderr: /^Usage: limen / },
  { args: ["valdate"], stderr: /unknown command 'valdate'\n\(Did you mean validate\?\)/ },
  { args: ["deploy"], stderr: /unknown command 'deploy'/ },
  { args: ["--colour"], stderr: /unknown option '--colour'/ },
] as const;

for (const { args, stderr } of rows) {
  Deno.test(`limen ${args.join(" ") || "(nothing)"}: wrong usage`, async () => {
    const ran = await runCommand("main", args);
    assert.equal(ran.code, 2);
    assert.equal(ran.stdout, "");
    assert.match(ran.stderr, stderr);
  });
}

Deno.test("colours need a terminal", async () => {
  const { stdout, stderr } = await runCommand("main", ["validate", "-"], {
    stdin: "{",
    // What would make a library paint all the same.
    env: { NO_COLOR: "", CI: "1", TERM: "xterm-256color" },
  });
  assert.ok(!(stdout + stderr).includes("\x1b"), stdout + stderr);
});

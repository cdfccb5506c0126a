import assert from "node:assert/strict";
import { ROOT } from "../e2e/support/gateway.ts";

/** Asks in a process of its own. */
function asking(questions: readonly string[]): Deno.ChildProcess {
  const script = `import { confirmed } from "${ROOT}/src/cli/confirmed.ts";
    for (const question of ${JSON.stringify(questions)}) console.log(await confirmed(question));`;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--no-check", script],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** With `input` on its standard input. */
async function ask(input: string): Promise<{ stdout: string; stderr: string }> {
  const child = asking(["Sure?", "Really?"]);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

const rows: readonly [input: string, want: string][] = [
  ["y\nn\n", "true\nfalse\n"],
  ["n\nYes\r\n", "false\ntrue\n"],
  ["yet\n \n", "false\nfalse\n"],
  ["ÿ\ny", "false\ntrue\n"],
  ["", "false\nfalse\n"],
];
for (const [input, want] of rows) {
  Deno.test(`a question, answered ${JSON.stringify(input)}`, async () => {
    // The question is no part of the answer: standard output may be a file.
    assert.deepEqual(await ask(input), { stdout: want, stderr: "Sure? [y/N] Really? [y/N] " });
  });
}

Deno.test("Ctrl-C at a question is a no, and ends its line", async () => {
  const child = asking(["Sure?"]);
  const stdout = new Response(child.stdout).text();
  let said = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (said === "Sure? [y/N] ") child.kill("SIGINT");
    // The command would end with it.
    if (said.endsWith("\n")) await child.stdin.close();
  }
  assert.equal(said, "Sure? [y/N] \n");
  assert.equal(await stdout, "false\n");
});

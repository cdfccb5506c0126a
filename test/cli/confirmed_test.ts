import assert from "node:assert/strict";
import { ROOT } from "../e2e/support/gateway.ts";

/** Asks in a process of its own, with `input` on its standard input. */
async function ask(input: string): Promise<{ stdout: string; stderr: string }> {
  const script = `import { confirmed } from "${ROOT}/src/cli/confirmed.ts";
    console.log(confirmed("Sure?"), confirmed("Really?"));`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--no-check", script],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

const rows: readonly [input: string, want: string][] = [
  ["y\nn\n", "true false\n"],
  ["n\nYes\r\n", "false true\n"],
  ["yet\n \n", "false false\n"],
  ["ÿ\ny", "false true\n"],
  ["", "false false\n"],
];
for (const [input, want] of rows) {
  Deno.test(`a question, answered ${JSON.stringify(input)}`, async () => {
    // The question is no part of the answer: standard output may be a file.
    assert.deepEqual(await ask(input), { stdout: want, stderr: "Sure? [y/N] Really? [y/N] " });
  });
}

/** What a command does once nobody reads what it prints. */
import assert from "node:assert/strict";
import { ADMIN_TOKEN, startGateway } from "../e2e/support/gateway.ts";
import {
  type CommandName,
  policySaying,
  spawnCommand,
  type SpawnOptions,
  temporaryFolder,
} from "./support/command.ts";
import { startFakeGateway, statusAnswerOf } from "./support/fleet.ts";

/** With a real pipe on standard output and one on standard error, whose readers go at once. */
async function unread(
  name: CommandName,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<Deno.ChildProcess> {
  const child = spawnCommand(name, args, options);
  await Promise.all([child.stdout.cancel(), child.stderr.cancel()]);
  return child;
}

const codeOf = async (child: Promise<Deno.ChildProcess>): Promise<number> =>
  (await (await child).status).code;

Deno.test("nobody reads: a push is stored all the same", async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/p.json`;
  await Deno.writeTextFile(file, policySaying("stored"));
  const gateway = await startGateway("deno");
  try {
    const env = { LIMEN_ADMIN_TOKEN: ADMIN_TOKEN };
    assert.equal(await codeOf(unread("main", ["push", file, "--to", gateway.url], { env })), 0);
    assert.equal(await (await fetch(gateway.url)).text(), "stored");
  } finally {
    await gateway.stop();
  }
});

Deno.test("nobody reads: the exit code is that of the answer", async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/p.json`;
  await Deno.writeTextFile(file, "{}");
  const codes = await Promise.all([
    codeOf(unread("main", ["validate", file])),
    codeOf(unread("main", ["validate", `${folder.path}/none.json`])),
    codeOf(unread("main", ["--help"])),
  ]);
  assert.deepEqual(codes, [1, 2, 0]);
});

Deno.test("nobody reads: --watch ends", async () => {
  await using gateway = startFakeGateway({
    "GET status": statusAnswerOf(),
    "GET clusters": { clusters: [] },
    "GET history": { revisions: [] },
  });
  const args = ["status", "--to", gateway.url, "--watch", "0.2", "--json"];
  assert.equal(await codeOf(unread("main", args)), 0);
});

Deno.test("nobody reads its log: a gateway serves on", async () => {
  const env = { LIMEN_ADMIN_TOKEN: ADMIN_TOKEN };
  const child = spawnCommand("start", ["--port", "0", "--kv", ":memory:"], { env });
  await child.stderr.cancel();
  let said = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (said.includes("\n")) break;
  }
  const url = /^limen ready on (\S+)\n$/.exec(said)![1]!;
  // Its log tells of each push.
  for (const body of ["one", "two"]) {
    const put = await fetch(`${url}/_limen/policy`, {
      method: "PUT",
      body: policySaying(body),
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    await put.body?.cancel();
    assert.equal(await (await fetch(url)).text(), body);
  }
  child.kill("SIGTERM");
  assert.equal((await child.status).code, 0);
});

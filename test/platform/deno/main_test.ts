import assert from "node:assert/strict";
import { ROOT } from "../../e2e/support/gateway.ts";

/** The lines on standard error. */
async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

Deno.test("main: says where it listens, and serves there", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `${ROOT}/src/platform/deno/main.ts`],
    cwd: ROOT,
    // The address is the platform's to say; here a port that is free.
    env: { DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0", DENO_KV_URL: ":memory:", LIMEN_PREFIX: "" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let stopped = false;
  try {
    for await (const line of linesOf(child.stderr)) {
      // It ends when it is killed below, and says so to nobody.
      if (stopped || !line.includes('"listening"')) continue;
      const { time, event, hostname, port } = JSON.parse(line);
      assert.ok(!Number.isNaN(Date.parse(time)));
      assert.deepEqual([event, hostname], ["listening", "127.0.0.1"]);
      const alive = await fetch(`http://127.0.0.1:${port}/_limen/healthz`);
      assert.deepEqual(JSON.parse(await alive.text()), { status: "ok" });
      stopped = true;
      child.kill("SIGKILL");
    }
    assert.ok(stopped, "it never listened");
  } finally {
    if (!stopped) child.kill("SIGKILL");
    await child.status;
  }
});

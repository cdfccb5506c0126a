/** However a gateway is told to stop, what is under way finishes, and nothing is left behind. */
import assert from "node:assert/strict";
import { ROOT, type Runtime, RUNTIMES } from "./support/gateway.ts";
import { type Answer, startOrigin } from "./support/origin.ts";
import { oneCluster } from "./support/policies.ts";
import { descendants, isRunning } from "./support/processes.ts";
import { connect, request, statusOf } from "./support/wire.ts";

/** A process that leads a group of its own, as a shell's job does. */
interface Job {
  readonly pid: number;
  /** Resolves once it serves. */
  readonly port: Promise<number>;
  readonly exited: Promise<Deno.CommandStatus>;
}

const COMMANDS = {
  "the command itself": ["run", "-A", "--quiet", "src/cli/start.ts"],
  "deno task start": ["task", "start"],
};

/** What has ended is seen as ended by then. */
const PATIENCE_MS = 10_000;

function launch(command: readonly string[], runtime: Runtime, policyFile: string | null): Job {
  const args = ["--runtime", runtime, "--port", "0", "--kv", ":memory:"];
  if (policyFile !== null) args.push("--policy", policyFile);
  const child = new Deno.Command(Deno.execPath(), {
    args: [...command, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    detached: true,
  }).spawn();
  const port = Promise.withResolvers<number>();
  const printed = (async () => {
    let output = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      output += text;
      const ready = /^limen ready on http:\/\/127\.0\.0\.1:(\d+)$/m.exec(output);
      if (ready !== null) port.resolve(Number(ready[1]));
    }
    port.reject(new Error(`ended before it was ready: ${output}`));
  })();
  port.promise.catch(() => {});
  const exited = Promise.all([child.status, printed]).then(([status]) => status);
  return { pid: child.pid, port: port.promise, exited };
}

async function gone(pids: readonly number[]): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (pids.some(isRunning)) {
    assert.ok(Date.now() < until, `left behind: ${pids.filter(isRunning)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Answers when it is told to; `/stream` begins at once, and an upload is read to its end first. */
function held(release: Promise<void>, arrived: () => void): Answer {
  return async (message, response) => {
    arrived();
    if (message.url === "/stream") response.write("first, ");
    let bytes = 0;
    message.on("data", (part: Uint8Array) => bytes += part.length);
    // One that is cut off never ends: whoever sends it sees that.
    message.on("error", () => {});
    await new Promise((resolve) => message.on("end", resolve));
    await release;
    response.end(`last ${bytes}`);
  };
}

/** A new connection may be refused, or wait for a server that never looks at it. */
async function isServed(port: number): Promise<boolean> {
  const wire = await request(port, "GET /_limen/healthz HTTP/1.1").catch(() => null);
  if (wire === null) return false;
  const timer = setTimeout(() => wire.close(), 200);
  const served = await wire.head().then(() => true, () => false);
  clearTimeout(timer);
  wire.close();
  return served;
}

const UPLOAD_BYTES = 200_000;

for (const runtime of RUNTIMES) {
  for (const [name, command] of Object.entries(COMMANDS)) {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      for (const to of ["the process", "its group"] as const) {
        Deno.test(`${signal} to ${to} of ${name} on ${runtime}`, async () => {
          const release = Promise.withResolvers<void>();
          const arrivals = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
          let arrived = 0;
          await using origin = await startOrigin(
            held(release.promise, () => arrivals[arrived++]?.resolve()),
          );
          const file = await Deno.makeTempFile({ suffix: ".json" });
          await Deno.writeTextFile(file, JSON.stringify(oneCluster([origin.url])));
          const job = launch(command, runtime, file);
          const port = await job.port;
          await Deno.remove(file);

          const slow = await request(port, "GET /slow HTTP/1.1");
          await arrivals[0]!.promise;
          const streaming = await request(port, "GET /stream HTTP/1.1");
          await streaming.until("first, ");
          await arrivals[1]!.promise;
          const head = `POST /upload HTTP/1.1\nContent-Length: ${UPLOAD_BYTES}`;
          const uploading = await request(port, head, "x".repeat(UPLOAD_BYTES / 2));
          await arrivals[2]!.promise;

          const processes = [job.pid, ...descendants(job.pid)];
          Deno.kill(to === "the process" ? job.pid : -job.pid, signal);
          await new Promise((resolve) => setTimeout(resolve, 100));
          await uploading.write("x".repeat(UPLOAD_BYTES / 2));
          release.resolve();
          for (const wire of [slow, uploading]) assert.equal(statusOf(await wire.head()), 200);
          await slow.until("last 0");
          await streaming.until("last 0");
          await uploading.until(`last ${UPLOAD_BYTES}`);
          for (const wire of [slow, streaming, uploading]) wire.close();

          const { code } = await job.exited;
          assert.equal(code, 0);
          await gone(processes);
          await assert.rejects(connect(port));
        });
      }
    }
  }

  Deno.test(`no new request is served once ${runtime} stops`, async () => {
    const release = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    await using origin = await startOrigin(held(release.promise, arrived.resolve));
    const file = await Deno.makeTempFile({ suffix: ".json" });
    await Deno.writeTextFile(file, JSON.stringify(oneCluster([origin.url])));
    const job = launch(COMMANDS["the command itself"], runtime, file);
    const port = await job.port;
    await Deno.remove(file);
    const slow = await request(port, "GET /slow HTTP/1.1");
    await arrived.promise;
    Deno.kill(job.pid, "SIGTERM");
    const until = Date.now() + PATIENCE_MS;
    while (await isServed(port)) assert.ok(Date.now() < until, "still serves new connections");
    release.resolve();
    await slow.until("last 0");
    slow.close();
    assert.equal((await job.exited).code, 0);
  });

  for (const afterMs of [30, 200, 450, 700]) {
    Deno.test(`a signal ${afterMs} ms after the start of ${runtime} leaves nothing`, async () => {
      const job = launch(COMMANDS["the command itself"], runtime, null);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      const processes = [job.pid, ...descendants(job.pid)];
      Deno.kill(-job.pid, "SIGTERM");
      await job.exited;
      await gone(processes);
    });
  }

  Deno.test(`SIGKILL of the command leaves nothing of ${runtime}`, async () => {
    const job = launch(COMMANDS["the command itself"], runtime, null);
    await job.port;
    const processes = [job.pid, ...descendants(job.pid)];
    Deno.kill(job.pid, "SIGKILL");
    await job.exited;
    await gone(processes);
  });
}

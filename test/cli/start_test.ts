import assert from "node:assert/strict";
import { descendants, isRunning } from "../e2e/support/processes.ts";
import { type Runtime, RUNTIMES } from "../e2e/support/gateway.ts";
import { policySaying, runCommand, spawnCommand, temporaryFolder } from "./support/command.ts";

/** A route to a cluster that does not exist. */
const WRONG = '{ "clusters": {}, "routes": [{ "name": "r", "to": "aws" }] }';

interface Row {
  readonly name: string;
  /** Files by name; `DIR` in `args` is their folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly code: number;
  readonly stdout?: RegExp;
  readonly stderr: RegExp;
}

const rows: readonly Row[] = [
  {
    name: "no such file",
    args: ["--policy", "DIR/nope.json"],
    code: 2,
    stderr: /^limen: can't read .*nope\.json: there is no such file\n$/,
  },
  {
    name: "no JSON",
    files: { "p.json": "{" },
    args: ["--policy", "DIR/p.json"],
    code: 1,
    stdout: /^\S+p\.json:1:2 LIM001 \$: /,
    stderr:
      /p\.json is not a valid policy \(1 error\): not started\nWhat LIM001 means .*#lim001\n$/,
  },
  {
    name: "an invalid policy",
    files: { "p.json": WRONG },
    args: ["--policy", "DIR/p.json"],
    code: 1,
    stdout: /^\S+p\.json:1:51 LIM020 routes\[0\]\.to: there is no cluster "aws"/,
    stderr: /not a valid policy/,
  },
  {
    name: "a store below a file",
    files: { "file": "" },
    args: ["--kv", "DIR/file/kv"],
    code: 3,
    stderr: /limen: can't .*(?:open the store|start the gateway).*(?:Not a directory|File exists)/,
  },
  {
    name: "a store that is a text",
    files: { "text": "This is no database, but longer than nothing." },
    args: ["--kv", "DIR/text"],
    code: 3,
    stderr: /limen: can't .*(?:file is not a database|File exists)/,
  },
  {
    name: "bad settings, all of them at once",
    args: [],
    env: { LIMEN_PREFIX: "limen", LIMEN_REFRESH: "soon" },
    code: 2,
    stderr: /^limen: LIMEN_PREFIX is "limen": .*\n\s+LIMEN_REFRESH is "soon": .*\n$/,
  },
  {
    name: "an address of another machine",
    args: ["--host", "203.0.113.9"],
    code: 3,
    stderr: /^limen: can't listen on 203\.0\.113\.9, port 0: /,
  },
];

for (const runtime of RUNTIMES) {
  for (const { name, files = {}, args, env = {}, code, stdout = /^$/, stderr } of rows) {
    Deno.test(`start on ${runtime}: ${name}`, async () => {
      await using folder = await temporaryFolder();
      for (const [file, text] of Object.entries(files)) {
        await Deno.writeTextFile(`${folder.path}/${file}`, text);
      }
      const given = args.map((arg) => arg.replace("DIR", folder.path));
      const store = args.includes("--kv") ? [] : ["--kv", ":memory:"];
      const all = ["--runtime", runtime, "--port", "0", ...store, ...given];
      const ran = await runCommand("start", all, { env });
      assert.equal(ran.code, code, ran.stderr);
      assert.match(ran.stdout, stdout);
      assert.match(ran.stderr, stderr);
    });
  }

  Deno.test(`start on ${runtime}: the port is taken`, async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const ran = await runCommand("start", ["--runtime", runtime, "--port", String(port)]);
    listener.close();
    assert.deepEqual([ran.code, ran.stdout], [3, ""]);
    const want =
      `limen: port ${port} on 127.0.0.1 is taken by another process: choose one with --port`;
    assert.equal(ran.stderr, `${want}\n`);
  });
}

const usage = [
  {
    args: ["--runtime", "node"],
    stderr: /'node' is invalid\. Allowed choices are deno, cloudflare/,
  },
  { args: ["--port", "65536"], stderr: /A port is a number from 0 \(any free one\) to 65535/ },
  { args: ["--port", "http"], stderr: /A port is a number/ },
  { args: ["--polcy", "x"], stderr: /unknown option '--polcy'\n\(Did you mean --policy\?\)/ },
  { args: ["policy.json"], stderr: /too many arguments/ },
] as const;

for (const { args, stderr } of usage) {
  Deno.test(`start ${args.join(" ")}: wrong usage`, async () => {
    const ran = await runCommand("start", args);
    assert.deepEqual([ran.code, ran.stdout], [2, ""]);
    assert.match(ran.stderr, stderr);
  });
}

interface Started {
  readonly child: Deno.ChildProcess;
  readonly url: string;
}

/** A gateway in a process group of its own that says "hi" and, at /slow, asks `origin`. */
async function startFor(runtime: Runtime, origin: string): Promise<Started> {
  await using folder = await temporaryFolder();
  const policy = JSON.parse(policySaying("hi"));
  policy.clusters.slow = { location: "edge", endpoints: [origin] };
  policy.routes.push({ name: "slow", match: { path: "/slow" }, to: "slow" });
  await Deno.writeTextFile(`${folder.path}/p.json`, JSON.stringify(policy));
  const args = ["--runtime", runtime, "--port", "0", "--kv", ":memory:"];
  const child = spawnCommand("start", [...args, "--policy", `${folder.path}/p.json`], {
    detached: true,
  });
  let printed = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    printed += text;
    const url = /^limen ready on (\S+)$/m.exec(printed)?.[1];
    if (url !== undefined) return { child, url };
  }
  const { stderr } = await child.output();
  assert.fail(`it did not start: ${new TextDecoder().decode(stderr)}`);
}

/** Answers only when it is told to. */
function slowOrigin(): { url: string; asked: Promise<void>; answer(): void } & AsyncDisposable {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async () => {
    asked.resolve();
    await answer.promise;
    return new Response("at last");
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked: asked.promise,
    answer: () => answer.resolve(),
    async [Symbol.asyncDispose](): Promise<void> {
      answer.resolve();
      await server.shutdown();
    },
  };
}

/** Killed processes take a moment to go. What is left after that goes now, and fails the test. */
async function assertGone(pids: readonly number[]): Promise<void> {
  const until = Date.now() + 5_000;
  while (pids.some(isRunning)) {
    const left = pids.filter(isRunning);
    if (Date.now() > until) {
      for (const pid of left) Deno.kill(pid, "SIGKILL");
      assert.fail(`still running: ${left.join(", ")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const signals = [
  { signal: "SIGTERM", toGroup: false },
  { signal: "SIGTERM", toGroup: true },
  { signal: "SIGINT", toGroup: false },
  { signal: "SIGINT", toGroup: true },
] as const;

for (const runtime of RUNTIMES) {
  Deno.test(`start on ${runtime}: without any policy it says how to push one`, async () => {
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/p.json`, policySaying("hi"));
    const args = ["--runtime", runtime, "--port", "0", "--kv", ":memory:"];
    const child = spawnCommand("start", args);
    let url: string | undefined;
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      url ??= /^limen ready on (\S+)$/m.exec(text)?.[1];
      break;
    }
    let said = "";
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (said.includes("no policy yet")) break;
    }
    assert.match(said, new RegExp(`^no policy yet: .* task limen push FILE --to ${url}\n`, "m"));
    child.kill("SIGTERM");
    assert.equal((await child.status).code, 0);
  });

  for (const { signal, toGroup } of signals) {
    const whom = toGroup ? "the group" : "the process";
    Deno.test(`start on ${runtime}: ${signal} to ${whom} drains and leaves nothing`, async () => {
      await using origin = slowOrigin();
      const { child, url } = await startFor(runtime, origin.url);
      const answer = fetch(`${url}/slow`).then((response) => response.text());
      await origin.asked;
      const all = [child.pid, ...descendants(child.pid)];
      Deno.kill(toGroup ? -child.pid : child.pid, signal);
      await servesNoMore(url);
      origin.answer();
      assert.equal(await answer, "at last");
      assert.equal((await child.status).code, 0);
      await child.stderr.cancel();
      await assertGone(all);
    });
  }

  Deno.test(`start on ${runtime}: a signal during the start ends it`, async () => {
    for (const delayMs of [150, 400, 700]) {
      const args = ["--runtime", runtime, "--port", "0", "--kv", ":memory:"];
      const child = spawnCommand("start", args, { detached: true });
      const output = child.output();
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      const all = [child.pid, ...descendants(child.pid)];
      child.kill("SIGTERM");
      const { code } = await output;
      // Before Deno has read the first line of the program, the signal does what it does by default.
      assert.ok(code === 0 || code === 143, `exit code ${code}`);
      await assertGone(all);
    }
  });

  Deno.test(`start on ${runtime}: killed at once, it leaves nothing`, async () => {
    await using origin = slowOrigin();
    const { child } = await startFor(runtime, origin.url);
    const all = [child.pid, ...descendants(child.pid)];
    child.kill("SIGKILL");
    await child.status;
    await child.stderr.cancel();
    await assertGone(all);
  });
}

/** Which process of a gateway on workerd is killed, counted down from the started command. */
for (const { name, index } of [{ name: "its host", index: 0 }, { name: "workerd", index: -1 }]) {
  Deno.test(`start on cloudflare: if ${name} dies, nothing is left`, async () => {
    await using origin = slowOrigin();
    const { child, url } = await startFor("cloudflare", origin.url);
    const below = descendants(child.pid);
    assert.ok(below.length >= 3, "host, workerd and the KV's own workerd");
    Deno.kill(below.at(index)!, "SIGKILL");
    const stderr = new Response(child.stderr).text();
    await assertGone([child.pid, ...below]);
    assert.equal((await child.status).code, 3);
    assert.match(await stderr, /limen: workerd has ended: nothing serves any more\n$/);
    await assert.rejects(fetch(url));
  });
}

/** Until new requests are not answered any more: the drain has begun. */
async function servesNoMore(url: string): Promise<void> {
  const until = Date.now() + 5_000;
  for (;;) {
    try {
      // workerd's socket still connects; nobody takes the connection.
      await (await fetch(url, { signal: AbortSignal.timeout(300) })).body?.cancel();
    } catch {
      return;
    }
    assert.ok(Date.now() < until, "it still answers");
  }
}

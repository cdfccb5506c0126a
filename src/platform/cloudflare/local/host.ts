/**
 * The process that keeps workerd and its KV alive for `start --runtime
 * cloudflare`. It runs in a process group of its own: a Ctrl-C in the terminal
 * reaches whoever started it, never workerd itself, which would drop every
 * request in flight. It ends with its standard input.
 */
import { policyReader, revisionOfText } from "../../reader.ts";
import { push } from "../../../store/push.ts";
import { KvPolicyStore } from "../policy_store.ts";
import { workerdConfig } from "./config.ts";
import { freePort, openLocalKv } from "./kv.ts";
import type { HostMessage, HostOptions } from "./launch.ts";
import { readProject } from "./project.ts";
import workerdPackage from "workerd";

/** How long workerd may take until it listens. */
const START_TIMEOUT_MS = 30_000;

/** A CommonJS package whose `default` is the path of the binary. */
const { default: workerd } = workerdPackage as unknown as { readonly default: string };

const say = (message: HostMessage): void =>
  void Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(message)}\n`));

const lines = readLines(Deno.stdin.readable);
const options = JSON.parse((await lines.next()).value ?? "null") as HostOptions;
const folder = await Deno.makeTempDir({ prefix: "limen-" });
const leave = async (code: number): Promise<never> => {
  await Deno.remove(folder, { recursive: true });
  Deno.exit(code);
};

const project = readProject(await Deno.readTextFile(`${options.root}/wrangler.toml`));
const kv = await openLocalKv(options.kvFolder, project.kvId);
if (options.policy !== null) {
  const store = new KvPolicyStore(kv.namespace, {
    revisionOf: revisionOfText,
    now: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  const context = { store, reader: policyReader("cloudflare"), now: () => Date.now() };
  const pushed = await push(options.policy, { by: "start" }, context);
  say(pushed.ok ? { pushed: pushed.revision } : { refused: pushed });
  if (!pushed.ok) {
    await kv.dispose();
    await leave(1);
  }
}

const port = options.port === 0 ? freePort(options.hostname) : options.port;
await Deno.copyFile(options.bundle, `${folder}/worker.js`);
await Deno.writeTextFile(
  `${folder}/workerd.capnp`,
  workerdConfig({
    ...project,
    script: "worker.js",
    hostname: options.hostname,
    port,
    kvAddress: kv.address,
    vars: options.vars,
  }),
);
const child = new Deno.Command(workerd, {
  args: ["serve", `${folder}/workerd.capnp`],
  stdin: "null",
  stdout: "inherit",
  stderr: "inherit",
}).spawn();
let stopping = false;
child.status.then(async ({ code }) => {
  if (!stopping) say({ died: code });
  await kv.dispose();
  await leave(stopping ? 0 : 1);
});

if (await listens(options.hostname, port, child.status)) say({ ready: port });

for await (const line of lines) {
  const grace = /^stop (\d+)$/.exec(line);
  if (grace === null || stopping) continue;
  stopping = true;
  // workerd finishes what is in flight, however long that takes: so there is an end to patience.
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), Number(grace[1]));
}
stopping = true;
child.kill("SIGKILL");

async function listens(
  hostname: string,
  port: number,
  exited: Promise<unknown>,
): Promise<boolean> {
  let gone = false;
  exited.then(() => gone = true);
  const until = Date.now() + START_TIMEOUT_MS;
  while (!gone && Date.now() < until) {
    try {
      (await Deno.connect({ hostname, port })).close();
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  return false;
}

async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}

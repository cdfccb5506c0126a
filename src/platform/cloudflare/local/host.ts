/**
 * The process that keeps workerd and its KV alive for `start --runtime
 * cloudflare`. It leads a process group of its own: a Ctrl-C in the terminal
 * reaches whoever started it, never workerd itself, which would drop every
 * request in flight. It ends with its standard input.
 */
import { push, type PushRefused } from "../../../store/push.ts";
import { policyReader, revisionOfText } from "../../reader.ts";
import { missingSecrets } from "../../secrets.ts";
import { missingBindings } from "../bindings.ts";
import type { Env } from "../env.ts";
import { KvPolicyStore } from "../policy_store.ts";
import { workerdConfig } from "./config.ts";
import { freePort, type LocalKv, openLocalKv } from "./kv.ts";
import type { HostMessage, HostOptions } from "./launch.ts";
import { bindingsOf, readProject, type WorkerProject } from "./project.ts";
import workerdPackage from "workerd";

/** How long workerd may take until it listens. */
const START_TIMEOUT_MS = 30_000;

/** A CommonJS package whose `default` is the path of the binary. */
const { default: workerd } = workerdPackage as unknown as { readonly default: string };

const folder = await Deno.makeTempDir({ prefix: "limen-" });
let kv: LocalKv | null = null;
let child: Deno.ChildProcess | null = null;
let stopping = false;

const lines = readLines(Deno.stdin.readable);
const options = JSON.parse((await lines.next()).value ?? "null") as HostOptions | null;
if (options === null) await leave(0);
else {
  void obey();
  await start(options).catch((error) =>
    fail(error instanceof Error ? error.message : String(error))
  );
}

async function start(options: HostOptions): Promise<void> {
  const project = readProject(await Deno.readTextFile(`${options.root}/wrangler.toml`));
  if (options.kvFolder !== null) await checkWritable(options.kvFolder);
  kv = await openLocalKv(options.kvFolder, project.kvId);
  const refused = options.policy === null
    ? null
    : await pushPolicy(options.policy, options, kv, project);
  if (refused !== null) {
    say({ refused });
    return await leave(0);
  }
  const port = options.port === 0 ? freePort(options.hostname) : options.port;
  await configure(options, project, port, kv.address);
  if (stopping) return;
  child = new Deno.Command(workerd, {
    args: ["serve", `${folder}/workerd.capnp`],
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  const exited = child.status.then(async ({ code }) => {
    if (!stopping) await fail(`workerd ended with code ${code}`);
    await leave(0);
  });
  if (await listens(options.hostname, port, exited)) say({ ready: port });
  else await fail(`workerd did not listen on port ${port} within ${START_TIMEOUT_MS / 1000} s`);
}

async function pushPolicy(
  text: string,
  { by, vars }: HostOptions,
  { namespace }: LocalKv,
  project: WorkerProject,
): Promise<PushRefused | null> {
  const store = new KvPolicyStore(namespace, {
    revisionOf: revisionOfText,
    now: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  const env = bindingsOf(project) as Env;
  const reader = policyReader("cloudflare", (plan) => [
    ...missingBindings(plan, env),
    ...missingSecrets(plan, (name) => vars[name] ?? Deno.env.get(name) ?? null),
  ]);
  const pushed = await push(text, { by }, { store, reader, now: () => Date.now() });
  return pushed.ok ? null : pushed;
}

async function configure(
  options: HostOptions,
  project: WorkerProject,
  port: number,
  kvAddress: string,
): Promise<void> {
  const { bundle, hostname, vars, kvFolder } = options;
  await Deno.copyFile(bundle, `${folder}/worker.js`);
  // Beside the KV namespace, where wrangler keeps Durable Objects.
  const objectFolder = kvFolder === null ? null : await folderFor(`${kvFolder}/v3/do`);
  const bindings = [
    "POLICIES",
    ...project.fetchers,
    ...project.objects.map(({ binding }) => binding),
  ];
  const config = workerdConfig({
    ...project,
    script: "worker.js",
    hostname,
    port,
    kvAddress,
    vars,
    secrets: secretsBeside([...Object.keys(vars), ...bindings]),
    objectFolder,
  });
  await Deno.writeTextFile(`${folder}/workerd.capnp`, config);
}

/** A policy may name any variable of this process's environment as its `secret:NAME`. */
function secretsBeside(taken: readonly string[]): string[] {
  return Object.keys(Deno.env.toObject()).filter((name) => !taken.includes(name));
}

/** Makes a folder. @returns its absolute path */
async function folderFor(path: string): Promise<string> {
  await Deno.mkdir(path, { recursive: true });
  return await Deno.realPath(path);
}

/** miniflare would say so late, and in words of its own. */
async function checkWritable(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.remove(await Deno.makeTempFile({ dir: folder }));
}

/** From the first moment on, so that a stop half-way through the start is one too. */
async function obey(): Promise<void> {
  for await (const line of lines) {
    const grace = /^stop (\d+)$/.exec(line);
    if (grace !== null) stop(Number(grace[1]));
  }
  // Whoever started this is gone.
  stop(0);
}

/** workerd finishes what is in flight, however long that takes: so there is an end to patience. */
function stop(graceMs: number): void {
  stopping = true;
  if (child === null) return void leave(0);
  if (graceMs > 0) signal(child, "SIGTERM");
  setTimeout(() => signal(child!, "SIGKILL"), graceMs);
}

function signal(to: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    to.kill(name);
  } catch {
    // It has ended by itself.
  }
}

async function fail(message: string): Promise<void> {
  if (!stopping) say({ failed: message });
  await leave(1);
}

async function leave(code: number): Promise<never> {
  stopping = true;
  if (child !== null) signal(child, "SIGKILL");
  await kv?.dispose();
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  Deno.exit(code);
}

function say(message: HostMessage): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
}

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

/** `deno task start`: a gateway on this machine, on either runtime. */
import { Command, InvalidArgumentError, Option } from "commander";
import type { Settings } from "../settings.ts";
import { readSettings } from "../settings.ts";
import { launch } from "../platform/cloudflare/local/launch.ts";
import { createGateway } from "../platform/deno/server.ts";
import { logger } from "../platform/log.ts";
import type { PushRefused } from "../store/push.ts";
import { formatFinding } from "../policy/finding.ts";
import { buildWorker } from "./build.ts";
import { CommandError, EXIT } from "./exit_codes.ts";
import { readPolicyFile } from "./policy_file.ts";
import { run } from "./run.ts";

/** How long requests in flight may take to finish after a signal to stop. */
const GRACE_MS = 15_000;

export interface StartOptions {
  readonly runtime: "deno" | "cloudflare";
  readonly policy?: string;
  readonly port: number;
  readonly host: string;
  readonly kv?: string;
}

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** Serves until a signal; resolves with the exit code. */
export async function start(options: StartOptions): Promise<number> {
  const read = readSettings((name) => Deno.env.get(name));
  if (!read.ok) throw new CommandError(EXIT.usage, read.errors.join("\n"));
  const text = options.policy === undefined ? null : await readPolicyFile(options.policy);
  checkPort(options);
  return options.runtime === "deno"
    ? await startDeno(options, read.settings, text)
    : await startCloudflare(options, text);
}

async function startDeno(
  options: StartOptions,
  settings: Settings,
  text: string | null,
): Promise<number> {
  const { host: hostname, port } = options;
  const gateway = await createGateway({
    settings,
    listen: { hostname, port },
    kvPath: options.kv ?? `${ROOT}/.limen/deno.sqlite3`,
    log: logger((line) => write(Deno.stderr, line), () => Date.now()),
  });
  if (text !== null) {
    const pushed = await gateway.feed.push(text, { by: "start" });
    if (!pushed.ok) {
      await gateway.stop(0);
      return refused(options.policy!, pushed);
    }
  }
  ready(hostname, gateway.listen());
  await signalled();
  await gateway.stop(GRACE_MS);
  return EXIT.done;
}

async function startCloudflare(options: StartOptions, text: string | null): Promise<number> {
  const { host: hostname, port, kv } = options;
  const worker = launch({
    root: ROOT,
    bundle: await buildWorker(ROOT),
    hostname,
    port,
    kvFolder: kv === ":memory:" ? null : kv ?? `${ROOT}/.limen/workers`,
    vars: Object.fromEntries(
      Object.entries(Deno.env.toObject()).filter(([name]) => name.startsWith("LIMEN_")),
    ),
    policy: text,
  });
  signalled().then(() => worker.stop(GRACE_MS));
  for await (const message of worker.messages) {
    if ("ready" in message) ready(hostname, message.ready);
    if ("died" in message) write(Deno.stderr, `workerd ended with code ${message.died}.`);
    if ("refused" in message) return refused(options.policy!, message.refused);
  }
  return await worker.exited;
}

/** Both runtimes would say so in words of their own, and one of them late. */
function checkPort({ host: hostname, port }: StartOptions): void {
  try {
    Deno.listen({ hostname, port }).close();
  } catch (error) {
    const reason = error instanceof Deno.errors.AddrInUse
      ? `port ${port} on ${hostname} is taken by another process: choose one with --port`
      : `can't listen on ${hostname}:${port}: ${error instanceof Error ? error.message : error}`;
    throw new CommandError(EXIT.unreachable, reason);
  }
}

function refused(file: string, { code, message, findings }: PushRefused): number {
  if (findings === undefined) throw new CommandError(EXIT.unreachable, message);
  for (const finding of findings) write(Deno.stdout, formatFinding(file, finding));
  return code === "invalid_policy" ? EXIT.bad : EXIT.unreachable;
}

function ready(hostname: string, port: number): void {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  write(Deno.stdout, `limen ready on http://${host}:${port}`);
}

/** Resolves at the first signal to stop. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => resolve());
    }
  });
}

const write = (to: { writeSync(bytes: Uint8Array): number }, line: string): void =>
  void to.writeSync(new TextEncoder().encode(`${line}\n`));

export function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535) {
    throw new InvalidArgumentError("A port is a number from 0 (any free one) to 65535.");
  }
  return port;
}

export const startCommand = (): Command =>
  new Command("start")
    .description("Runs a gateway on this machine.")
    .addOption(
      new Option("--runtime <name>", "what it runs on").choices(["deno", "cloudflare"])
        .default("deno"),
    )
    .option("--policy <file>", "push this policy at start")
    .option("--port <number>", "0: any free one", portNumber, 8787)
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option(
      "--kv <path>",
      "where the store lives: a database file (Deno) or wrangler's persistence folder (Workers); :memory: for a fresh one that leaves nothing",
    )
    .action(async (options: StartOptions) => {
      Deno.exit(await start(options));
    });

if (import.meta.main) await run(startCommand(), Deno.args);

/** `deno task start`: a gateway on this machine, on either runtime. */
import { Command } from "commander";
import { logger } from "../platform/log.ts";
import type { PushRefused } from "../store/push.ts";
import { DENO_COMMAND } from "./deno_command.ts";
import { CommandError, EXIT, type ExitCode } from "./exit_codes.ts";
import { printFindings, sayWhereToRead, tally } from "./findings.ts";
import { portNumber, runtimeOption } from "./options.ts";
import { print, say } from "./output.ts";
import { readPolicyFile } from "./policy_file.ts";
import { ending, run } from "./run.ts";
import { serve } from "./serve.ts";
import { signalled } from "../platform/deno/signals.ts";

/** How long requests in flight may take to finish after a signal to stop. */
export const GRACE_MS = 15_000;

export interface StartOptions {
  readonly runtime: "deno" | "cloudflare";
  readonly policy?: string;
  readonly port: number;
  readonly host: string;
  readonly kv?: string;
}

/** Serves until a signal. */
export async function start(options: StartOptions): Promise<ExitCode> {
  const stopped = signalled();
  const { runtime, host: hostname, port, kv, policy: file } = options;
  const text = file === undefined ? null : await readPolicyFile(file);
  const served = await serve({
    runtime,
    hostname,
    port,
    ...(kv !== undefined && { kv }),
    environment: limenEnvironment(),
    policy: text === null ? null : { text, by: "start" },
    log: logger(say, () => Date.now()),
    logLine: say,
  }, stopped);
  if (served === null) return EXIT.done;
  if ("refused" in served) return refused(file!, served.refused);
  const url = urlOf(hostname, served.port);
  print(`limen ready on ${url}`);
  // The gateway serves meanwhile, whatever comes of this.
  if (text === null) void sayIfEmpty(url);
  const ended = await Promise.race([stopped.then(() => "stopped"), served.gone]);
  if (ended === undefined) {
    throw new CommandError(EXIT.unreachable, "workerd has ended: nothing serves any more");
  }
  await served.stop(GRACE_MS);
  return EXIT.done;
}

/** How long a gateway that has just said that it is ready may take to say whether it has a policy. */
const READY_TIMEOUT_MS = 10_000;

/** What to do next, where there is nothing to serve. */
async function sayIfEmpty(url: string): Promise<void> {
  const prefix = Deno.env.get("LIMEN_PREFIX") || "/_limen";
  const signal = AbortSignal.timeout(READY_TIMEOUT_MS);
  const answer = await fetch(`${url}${prefix}/readyz`, { signal }).catch(() => null);
  await answer?.body?.cancel();
  if (answer?.status !== 503) return;
  say(`no policy yet: ${DENO_COMMAND} task limen push FILE --to ${url}`);
}

/** The gateway's settings in this process's environment. */
export const limenEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => name.startsWith("LIMEN_")),
  );

export function urlOf(hostname: string, port: number): string {
  return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

/** What a start is without its policy: the findings and an exit code. */
export function refused(file: string, { code, message, findings }: PushRefused): ExitCode {
  if (code !== "invalid_policy") {
    throw new CommandError(
      code === "too_large" ? EXIT.bad : EXIT.unreachable,
      `can't store ${file}: ${message}`,
    );
  }
  printFindings(file, findings ?? []);
  say(`limen: ${file} is not a valid policy (${tally(findings ?? [])}): not started`);
  sayWhereToRead(findings ?? []);
  return EXIT.bad;
}

export const startCommand = (): Command =>
  new Command("deno task start")
    .description("Runs a gateway on this machine.")
    .addOption(runtimeOption())
    .option("--policy <file>", "push this policy at start")
    .option("--port <number>", "0: any free one", portNumber, 8787)
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option(
      "--kv <path>",
      "where the store lives: a database file (Deno) or wrangler's persistence folder (Workers); :memory: for a fresh one that leaves nothing",
    )
    .addHelpText(
      "after",
      "\nIt serves until SIGINT (Ctrl-C) or SIGTERM. A policy that is not valid is not served: its\n" +
        "findings are printed, and the exit code is 1. Settings are LIMEN_* variables: README.md.",
    )
    .action(ending(start));

if (import.meta.main) await run(startCommand(), Deno.args);

/** A gateway on this machine, on either runtime: what `start` and `demo` have in common. */
import { launch } from "../platform/cloudflare/local/launch.ts";
import { createGateway } from "../platform/deno/server.ts";
import type { Log } from "../platform/log.ts";
import { readSettings, type Settings } from "../settings.ts";
import type { PushRefused } from "../store/push.ts";
import { buildWorker } from "./build.ts";
import { CommandError, EXIT, reasonOf } from "./exit_codes.ts";
import { DENO_KV, isDatabaseFile, ROOT, typedKv, typedPath, WORKERS_KV } from "./paths.ts";

export interface ServeOptions {
  readonly runtime: "deno" | "cloudflare";
  readonly hostname: string;
  /** 0: any that is free. */
  readonly port: number;
  /** A database file (Deno), wrangler's persistence folder (Workers), or `:memory:`. */
  readonly kv?: string;
  /** `LIMEN_*`. */
  readonly environment: Readonly<Record<string, string>>;
  /** To push before the first request. */
  readonly policy: { readonly text: string; readonly by: string } | null;
  /** Takes the gateway's log on Deno. */
  readonly log: Log;
  /** Takes the lines that workerd prints. */
  readonly logLine: (line: string) => void;
}

export interface Served {
  readonly port: number;
  /** Lets requests in flight finish, for `graceMs` at the most, and leaves nothing running. */
  stop(graceMs: number): Promise<void>;
  /** Resolves when it is gone without having been stopped. */
  readonly gone: Promise<void>;
}

/** The policy was not stored, so nothing is served. */
export interface NotServed {
  readonly refused: PushRefused;
}

/**
 * @param stopped resolves when it shall stop: during the start, too
 * @returns `null` when `stopped` came before it served
 * @throws {CommandError} for a bad setting, an address or a store that can't be used
 */
export async function serve(
  options: ServeOptions,
  stopped: Promise<void>,
): Promise<Served | NotServed | null> {
  const settings = settingsIn(options.environment);
  checkAddress(options);
  if (options.runtime === "cloudflare") return await serveCloudflare(options, stopped);
  // A process that ends takes its own gateway along.
  return await Promise.race([serveDeno(options, settings), stopped.then(() => null)]);
}

function settingsIn(environment: Readonly<Record<string, string>>): Settings {
  const read = readSettings((name) => environment[name]);
  if (!read.ok) throw new CommandError(EXIT.usage, read.errors.join("\n       "));
  return read.settings;
}

async function serveDeno(options: ServeOptions, settings: Settings): Promise<Served | NotServed> {
  const { hostname, port, kv = DENO_KV, policy } = options;
  let isPushing = policy !== null;
  // What the store held before is no news to who is about to push.
  const log: Log = (event) => {
    if (!isPushing || !/^policy_(?:error|recovered)$/.test(event.event)) options.log(event);
  };
  const gateway = await createGateway({
    settings,
    listen: { hostname, port },
    kvPath: typedKv(kv),
    log,
  });
  const trouble = gateway.feed.status().lastError;
  // A server far away may come back; a file that can't be opened will not.
  if (trouble?.code === "unreachable" && isDatabaseFile(kv)) {
    await gateway.stop(0);
    throw new CommandError(EXIT.unreachable, `can't open the store ${kv}: ${trouble.message}`);
  }
  const pushed = policy === null ? null : await gateway.feed.push(policy.text, { by: policy.by });
  if (pushed !== null && !pushed.ok) {
    await gateway.stop(0);
    return { refused: pushed };
  }
  isPushing = false;
  return {
    port: listening(() => gateway.listen().port, options),
    stop: (graceMs) => gateway.stop(graceMs),
    gone: new Promise(() => {}),
  };
}

async function serveCloudflare(
  options: ServeOptions,
  stopped: Promise<void>,
): Promise<Served | NotServed | null> {
  const { hostname, port, kv = WORKERS_KV, environment, policy } = options;
  const bundle = await Promise.race([buildWorker(ROOT), stopped]);
  if (bundle === undefined) return null;
  const worker = launch({
    root: ROOT,
    bundle,
    hostname,
    port,
    kvFolder: kv === ":memory:" ? null : typedPath(kv),
    vars: environment,
    policy: policy?.text ?? null,
    by: policy?.by ?? "",
  }, options.logLine);
  const first = await Promise.race([worker.started, stopped]);
  if (first === undefined) {
    worker.stop(0);
    await worker.ended;
    return null;
  }
  if ("ready" in first) {
    return {
      port: first.ready,
      async stop(graceMs: number): Promise<void> {
        worker.stop(graceMs);
        await worker.ended;
      },
      gone: worker.ended,
    };
  }
  await worker.ended;
  if ("refused" in first) return first;
  throw new CommandError(EXIT.unreachable, `can't start the gateway on workerd: ${first.failed}`);
}

/** Both runtimes would say so in words of their own, and one of them late. */
function checkAddress(options: ServeOptions): void {
  const { hostname, port } = options;
  listening(() => Deno.listen({ hostname, port }).close(), options);
}

function listening<T>(listen: () => T, { hostname, port }: ServeOptions): T {
  try {
    return listen();
  } catch (error) {
    const reason = error instanceof Deno.errors.AddrInUse
      ? `port ${port} on ${hostname} is taken by another process: choose one with --port`
      : `can't listen on ${hostname}, port ${port}: ${reasonOf(error)}`;
    throw new CommandError(EXIT.unreachable, reason);
  }
}

/** `deno task demo`: three clusters, a gateway and a policy, on this machine, in one command. */
import { Command } from "commander";
import type { LogEvent } from "../platform/log.ts";
import { startCluster } from "./demo/clusters.ts";
import { control } from "./demo/control.ts";
import { guideText } from "./demo/guide.ts";
import { DENO_COMMAND } from "./deno_command.ts";
import { CommandError, EXIT, type ExitCode, reasonOf } from "./exit_codes.ts";
import { portNumber, runtimeOption } from "./options.ts";
import { colorsFor, print, say } from "./output.ts";
import { ROOT } from "./paths.ts";
import { readPolicyFile } from "./policy_file.ts";
import { ending, run } from "./run.ts";
import { serve } from "./serve.ts";
import { signalled } from "../platform/deno/signals.ts";
import { limenEnvironment, refused, urlOf } from "./start.ts";

const HOST = "127.0.0.1";
const POLICY = "policies/demo.json";

/** The control's port; the clusters have the next ones. `policies/demo.json` names them. */
const CLUSTERS_FROM = 9100;

/** How long requests in flight may take to finish after a Ctrl-C. */
const GRACE_MS = 2_000;

/** Ports are counted from `clustersFrom`. */
const CLUSTERS = [
  { name: "aws", location: "public", offsets: [1] },
  { name: "dc", location: "private", offsets: [2, 3] },
  { name: "pop", location: "edge", offsets: [4] },
] as const;

export interface DemoOptions {
  readonly runtime: "deno" | "cloudflare";
  readonly port: number;
  readonly clustersFrom: number;
}

export async function demo(options: DemoOptions): Promise<ExitCode> {
  const stopped = signalled();
  const policy = await policyFor(options.clustersFrom);
  try {
    return await show(options, policy, stopped);
  } finally {
    await policy.forget();
  }
}

async function show(
  { runtime, port, clustersFrom }: DemoOptions,
  policy: DemoPolicy,
  stopped: Promise<void>,
): Promise<ExitCode> {
  const environment = limenEnvironment();
  const adminToken = environment.LIMEN_ADMIN_TOKEN || crypto.randomUUID().replaceAll("-", "");
  const clusters = await Promise.all(
    CLUSTERS.map(({ name, location, offsets }) =>
      startCluster({ name, location, ports: offsets.map((offset) => clustersFrom + offset) })
    ),
  );
  listenControl(clustersFrom, control(clusters).fetch);
  const served = await serve({
    runtime,
    hostname: HOST,
    port,
    kv: ":memory:",
    environment: { ...environment, LIMEN_ADMIN_TOKEN: adminToken, LIMEN_PREFIX: "/_limen" },
    policy: { text: policy.text, by: "demo" },
    log: tell,
    logLine: say,
  }, stopped);
  if (served === null) return EXIT.done;
  if ("refused" in served) return refused(policy.path, served.refused);
  const url = urlOf(HOST, served.port);
  const { bold } = colorsFor(Deno.stdout);
  const controlUrl = urlOf(HOST, clustersFrom);
  print(
    guideText({
      url,
      runtime,
      controlUrl,
      clusters,
      policy: policy.path,
      adminToken,
      deno: DENO_COMMAND,
      bold,
    }),
  );
  print(`limen ready on ${url}`);
  const ended = await Promise.race([stopped.then(() => "stopped"), served.gone]);
  if (ended === undefined) throw new CommandError(EXIT.unreachable, "the gateway has ended");
  // The clusters and their control end with this process.
  await served.stop(GRACE_MS);
  return EXIT.done;
}

interface DemoPolicy {
  readonly path: string;
  readonly text: string;
  /** Leaves nothing behind. */
  forget(): Promise<void>;
}

/** `policies/demo.json`; a copy of it when the clusters have other ports. */
async function policyFor(clustersFrom: number): Promise<DemoPolicy> {
  const text = await readPolicyFile(`${ROOT}/${POLICY}`);
  if (clustersFrom === CLUSTERS_FROM) {
    return { path: POLICY, text, forget: () => Promise.resolve() };
  }
  const moved = text.replace(
    /127\.0\.0\.1:(91\d\d)/g,
    (_, port) => `127.0.0.1:${clustersFrom + Number(port) - CLUSTERS_FROM}`,
  );
  const path = await Deno.makeTempFile({ prefix: "limen-demo-", suffix: ".json" });
  await Deno.writeTextFile(path, moved);
  return { path, text: moved, forget: () => Deno.remove(path).catch(() => {}) };
}

type Handler = (request: Request) => Response | Promise<Response>;

function listenControl(port: number, handler: Handler): Deno.HttpServer {
  try {
    return Deno.serve({ hostname: HOST, port, onListen: () => {} }, (request) => handler(request));
  } catch (error) {
    const reason = error instanceof Deno.errors.AddrInUse
      ? `port ${port} on ${HOST} is taken by another process: choose others with --clusters-from`
      : `can't listen on port ${port}: ${reasonOf(error)}`;
    throw new CommandError(EXIT.unreachable, `the demo's control: ${reason}`);
  }
}

/** The gateway's log, as far as it belongs to the story. */
function tell(event: LogEvent): void {
  if (event.event === "policy_activated") say(`policy ${event.revision} is in force`);
  else if (event.event !== "policy_recovered") say(JSON.stringify(event));
}

export const demoCommand = (): Command =>
  new Command("deno task demo")
    .description("Runs three small clusters and a gateway in front of them on this machine.")
    .addOption(runtimeOption())
    .option("--port <number>", "the gateway's; 0: any free one", portNumber, 8787)
    .option(
      "--clusters-from <number>",
      "first of five ports: the control's, then the clusters'",
      portNumber,
      CLUSTERS_FROM,
    )
    .action(ending(demo));

if (import.meta.main) await run(demoCommand(), Deno.args);

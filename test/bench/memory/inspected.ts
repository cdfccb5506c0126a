/** The gateway, still without a policy, with V8's inspector listening. */
import { buildWorker } from "../../../src/cli/build.ts";
import { freePort, openLocalKv } from "../../../src/platform/cloudflare/local/kv.ts";
import { ADMIN_TOKEN, ROOT, type Runtime } from "../../e2e/support/gateway.ts";
import { projectOf, serveWorkerd } from "../workerd.ts";

export interface Inspected {
  /** The process that has the isolate. */
  readonly pid: number;
  readonly url: string;
  /** `host:port` */
  readonly inspector: string;
  stop(): Promise<void>;
}

const VARS = { LIMEN_ADMIN_TOKEN: ADMIN_TOKEN, LIMEN_REFRESH: "60" };

export const startInspected: Readonly<Record<Runtime, () => Promise<Inspected>>> = {
  deno: onDeno,
  cloudflare: onWorkerd,
};

async function onDeno(): Promise<Inspected> {
  const inspector = `127.0.0.1:${freePort()}`;
  const start = ["--port", "0", "--kv", ":memory:"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `--inspect=${inspector}`, `${ROOT}/src/cli/start.ts`, ...start],
    cwd: ROOT,
    env: VARS,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    if (output.includes("\n")) break;
  }
  const url = /^limen ready on (\S+)\n/.exec(output)?.[1];
  if (url === undefined) throw new Error(`the gateway did not start: ${output}`);
  return {
    pid: child.pid,
    url,
    inspector,
    async stop(): Promise<void> {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

async function onWorkerd(): Promise<Inspected> {
  const { kvId, objects } = await projectOf(ROOT);
  const kv = await openLocalKv(null, kvId);
  const script = await Deno.readTextFile(await buildWorker(ROOT));
  const inspector = `127.0.0.1:${freePort()}`;
  const server = await serveWorkerd(script, VARS, { kvAddress: kv.address, objects, inspector });
  return {
    pid: server.pid,
    url: server.url,
    inspector,
    async stop(): Promise<void> {
      await server.stop();
      await kv.dispose();
    },
  };
}

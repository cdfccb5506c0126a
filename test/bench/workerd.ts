/** One module on the native workerd, configured as the gateway is. */
import workerdPackage from "workerd";
import { type ObjectNamespace, workerdConfig } from "../../src/platform/cloudflare/local/config.ts";
import { freePort } from "../../src/platform/cloudflare/local/kv.ts";
import { readProject, type WorkerProject } from "../../src/platform/cloudflare/local/project.ts";
import { ROOT } from "../e2e/support/gateway.ts";

const { default: workerd } = workerdPackage as unknown as { readonly default: string };

export interface NativeWorkerd {
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

export interface WorkerdServices {
  /** `host:port` of a KV bridge. */
  readonly kvAddress?: string;
  readonly objects?: readonly ObjectNamespace[];
  /** `host:port` for V8's inspector to listen on. */
  readonly inspector?: string;
}

/** What wrangler.toml says of the gateway. */
export const projectOf = async (root: string): Promise<WorkerProject> =>
  readProject(await Deno.readTextFile(`${root}/wrangler.toml`));

/** Serves one module from the native binary. */
export async function serveWorkerd(
  script: string,
  vars: Readonly<Record<string, string>>,
  // Nobody listens there: a script that asks has to say who does.
  { kvAddress = "127.0.0.1:9", objects = [], inspector }: WorkerdServices = {},
): Promise<NativeWorkerd> {
  const folder = await Deno.makeTempDir({ prefix: "limen-bench-" });
  const [hostname, port] = ["127.0.0.1", freePort()];
  const project = await projectOf(ROOT);
  const config = { ...project, script: "worker.js", hostname, port, kvAddress, vars, objects };
  await Deno.writeTextFile(`${folder}/worker.js`, script);
  await Deno.writeTextFile(`${folder}/workerd.capnp`, workerdConfig(config));
  const inspect = inspector === undefined ? [] : [`--inspector-addr=${inspector}`];
  const child = new Deno.Command(workerd, {
    args: ["serve", ...inspect, `${folder}/workerd.capnp`],
    stdout: "null",
  }).spawn();
  await listening(hostname, port);
  return {
    pid: child.pid,
    url: `http://${hostname}:${port}`,
    async stop(): Promise<void> {
      child.kill("SIGKILL");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function listening(hostname: string, port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    try {
      return (await Deno.connect({ hostname, port })).close();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error("workerd does not listen");
}

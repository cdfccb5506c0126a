/** One module on the native workerd, configured as the gateway is. */
import workerdPackage from "workerd";
import { workerdConfig } from "../../src/platform/cloudflare/local/config.ts";
import { freePort } from "../../src/platform/cloudflare/local/kv.ts";
import { readProject } from "../../src/platform/cloudflare/local/project.ts";
import { ROOT } from "../e2e/support/gateway.ts";

const { default: workerd } = workerdPackage as unknown as { readonly default: string };

export interface NativeWorkerd {
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves one module from the native binary. */
export async function serveWorkerd(
  script: string,
  vars: Readonly<Record<string, string>>,
): Promise<NativeWorkerd> {
  const folder = await Deno.makeTempDir({ prefix: "limen-bench-" });
  const [hostname, port] = ["127.0.0.1", freePort()];
  const project = readProject(await Deno.readTextFile(`${ROOT}/wrangler.toml`));
  // Nobody listens there, and no script here asks.
  const kvAddress = "127.0.0.1:9";
  const config = { ...project, script: "worker.js", hostname, port, kvAddress, vars };
  await Deno.writeTextFile(`${folder}/worker.js`, script);
  await Deno.writeTextFile(`${folder}/workerd.capnp`, workerdConfig(config));
  const child = new Deno.Command(workerd, {
    args: ["serve", `${folder}/workerd.capnp`],
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

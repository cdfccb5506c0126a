/** The KV namespace on this machine: wrangler's own folder, kept by miniflare. */
// @ts-types="./miniflare.d.ts"
import { Log, LogLevel, Miniflare } from "miniflare";
import process from "node:process";
import type { PolicyNamespace } from "../kv_namespace.ts";
import { KV_BRIDGE } from "./kv_bridge.ts";

export interface LocalKv {
  readonly namespace: PolicyNamespace;
  /** `host:port` of the bridge for workerd. */
  readonly address: string;
  dispose(): Promise<void>;
}

/**
 * @param folder what `wrangler … --persist-to` takes; `null`: in memory
 * @param id of the namespace, as wrangler has it: the `id` in wrangler.toml, else the binding's name
 */
export async function openLocalKv(folder: string | null, id: string): Promise<LocalKv> {
  const port = freePort();
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port: 0,
    cf: false,
    log: new Log(LogLevel.ERROR),
    logRequests: false,
    enableDevRegistry: false,
    // wrangler keeps the layout of miniflare 3 below its folder.
    ...(folder !== null && { resourcePersistencePath: `${folder}/v3` }),
    workers: [{
      config: {
        name: "kv",
        compatibilityDate: "2026-10-01",
        manifest: {
          mainModule: "kv.js",
          modulesRoot: "/",
          modules: { "kv.js": { type: "esm", contents: KV_BRIDGE } },
        },
        env: { POLICIES: { type: "kv", id } },
      },
      dev: { unsafeDirectSockets: [{ host: "127.0.0.1", port }] },
    }],
  });
  await miniflare.ready;
  // miniflare ends the process on its own at a signal; who started it decides that here.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(signal);
  return {
    namespace: await miniflare.getKVNamespace("POLICIES") as PolicyNamespace,
    address: `127.0.0.1:${port}`,
    dispose: () => miniflare.dispose(),
  };
}

/** A port that is free now. */
export function freePort(hostname = "127.0.0.1"): number {
  const listener = Deno.listen({ hostname, port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

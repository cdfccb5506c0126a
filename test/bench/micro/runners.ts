/** Where the cases run: in this process, and inside the native workerd. */
import { build } from "esbuild";
import { serveWorkerd } from "../workerd.ts";
import { type CaseName, cases } from "./cases.ts";
import type { Work } from "./work.ts";

export interface Runner {
  readonly name: string;
  /** Prepares the case at its first call. */
  run(name: CaseName, times: number): Promise<void>;
  stop(): Promise<void>;
}

export function inDeno(): Runner {
  const prepared = new Map<CaseName, Work>();
  return {
    name: "Deno",
    run(name, times): Promise<void> {
      let work = prepared.get(name);
      if (work === undefined) prepared.set(name, work = cases[name]());
      work(times);
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
  };
}

export async function inWorkerd(): Promise<Runner> {
  const { outputFiles } = await build({
    entryPoints: [new URL("./worker.ts", import.meta.url).pathname],
    bundle: true,
    format: "esm",
    target: "esnext",
    conditions: ["worker", "browser", "import"],
    mainFields: ["module", "main"],
    write: false,
    logLevel: "warning",
  });
  const server = await serveWorkerd(outputFiles[0]!.text, {});
  return {
    name: "workerd",
    async run(name, times): Promise<void> {
      const response = await fetch(`${server.url}/${name}?times=${times}`);
      await response.body?.cancel();
      if (!response.ok) throw new Error(`${name} failed in workerd: ${response.status}`);
    },
    stop: () => server.stop(),
  };
}

/** `deno task build`: bundles the Worker into `dist/worker.js`, ready for Workers and `workerd serve`. */
import { build } from "esbuild";

export const WORKER_ENTRY = "src/platform/cloudflare/worker.ts";

/** @returns the path of the bundle */
export async function buildWorker(
  root: string,
  outfile = `${root}/dist/worker.js`,
): Promise<string> {
  await build({
    absWorkingDir: root,
    entryPoints: [WORKER_ENTRY],
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    target: "esnext",
    sourcemap: true,
    legalComments: "none",
    external: ["cloudflare:*"],
    // Limen's own English messages need no other locales of zod's.
    conditions: ["worker", "browser", "import"],
    mainFields: ["module", "main"],
    logLevel: "warning",
  });
  return outfile;
}

if (import.meta.main) {
  await buildWorker(`${import.meta.dirname}/../..`);
  Deno.exit(0);
}

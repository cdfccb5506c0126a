/** `deno task build`: bundles the Worker into `dist/worker.js`, ready for Workers and `workerd serve`. */
import { build, type Plugin, stop } from "esbuild";
import { ROOT } from "./paths.ts";

export const WORKER_ENTRY = "src/platform/cloudflare/worker.ts";

/** The schema's descriptions are for editors, which read the published schema: no Worker does. */
const withoutDescriptions: Plugin = {
  name: "without-descriptions",
  setup({ onLoad }): void {
    onLoad({ filter: /[\\/]src[\\/]policy[\\/]schema[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await Deno.readTextFile(path);
      // Line breaks stay: the source map is still that of the file.
      const contents = text.replaceAll(
        /\.describe\(\s*(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`$\\]*`),?\s*\)/g,
        (call) => call.replace(/[^\n]/g, ""),
      );
      return { contents, loader: "ts" };
    });
  },
};

/**
 * Replaces the bundle in one step: a gateway that starts meanwhile reads the old one or the new.
 *
 * @returns the path of the bundle
 */
export async function buildWorker(
  root: string,
  outfile = `${root}/dist/worker.js`,
): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [WORKER_ENTRY],
    outfile,
    write: false,
    bundle: true,
    minify: true,
    format: "esm",
    target: "esnext",
    sourcemap: true,
    legalComments: "none",
    external: ["cloudflare:*"],
    plugins: [withoutDescriptions],
    // Limen's own English messages need no other locales of zod's.
    conditions: ["worker", "browser", "import"],
    mainFields: ["module", "main"],
    logLevel: "warning",
  });
  // esbuild keeps a process for the next build; there is none.
  await stop();
  const folder = outfile.replace(/[\\/][^\\/]*$/, "");
  await Deno.mkdir(folder, { recursive: true });
  for (const { path, contents } of outputFiles) {
    const fresh = await Deno.makeTempFile({ dir: folder });
    await Deno.writeFile(fresh, contents);
    await Deno.chmod(fresh, 0o644);
    await Deno.rename(fresh, path);
  }
  return outfile;
}

if (import.meta.main) {
  await buildWorker(ROOT);
  Deno.exit(0);
}

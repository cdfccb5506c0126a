/** `deno task build`: bundles the Worker into `dist/worker.js`, ready for Workers and `workerd serve`. */
import { Command } from "commander";
import { build, type Plugin, stop } from "esbuild";
import { EXIT, type ExitCode } from "./exit_codes.ts";
import { print } from "./output.ts";
import { ROOT } from "./paths.ts";
import { ending, run } from "./run.ts";

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

/** `481.2 KiB, 151.7 KiB gzipped`: Workers count the second. */
async function sizeOf(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  const gzipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  const { byteLength } = await new Response(gzipped).arrayBuffer();
  const kibibytes = (count: number): string => `${(count / 1024).toFixed(1)} KiB`;
  return `${kibibytes(bytes.length)}, ${kibibytes(byteLength)} gzipped`;
}

async function buildAndTell(): Promise<ExitCode> {
  const outfile = await buildWorker(ROOT);
  print(`${outfile.slice(ROOT.length + 1)}: ${await sizeOf(outfile)}`);
  return EXIT.done;
}

export const buildCommand = (): Command =>
  new Command("deno task build")
    .description("Bundles the Worker into dist/worker.js, and says how large it is.")
    .action(ending(buildAndTell));

if (import.meta.main) await run(buildCommand(), Deno.args);

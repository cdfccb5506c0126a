/** The size of what a deployment uploads, in wrangler's own words. */
import { buildWorker } from "../../src/cli/build.ts";
import { ROOT } from "../e2e/support/gateway.ts";
import type { Section } from "./report.ts";
import { spreadOf } from "./statistics.ts";

const AIM_KB = 150;

export async function benchBundle(): Promise<Section[]> {
  await buildWorker(ROOT);
  const outdir = await Deno.makeTempDir({ prefix: "limen-bench-" });
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "npm:wrangler", "deploy", "--dry-run", "--outdir", outdir],
    cwd: ROOT,
    env: { WRANGLER_SEND_METRICS: "false", NO_COLOR: "1" },
    stdin: "null",
  }).output();
  await Deno.remove(outdir, { recursive: true });
  const output = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  const size = /Total Upload: ([\d.]+) KiB \/ gzip: ([\d.]+) KiB/.exec(output);
  if (size === null) throw new Error(`wrangler tells no size:\n${output}`);
  const [plain, gzip] = [Number(size[1]), Number(size[2])];
  return [{
    title: "Bundle, as `wrangler deploy --dry-run` counts it",
    figures: [
      { name: "minified", value: spreadOf([plain]), unit: "KiB" },
      { name: "gzipped", value: spreadOf([gzip]), unit: "KiB", aim: AIM_KB },
    ],
  }];
}

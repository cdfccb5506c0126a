/** A checkout, a gateway and the demo's clusters for the documentation's commands to run in. */
import { ADMIN_TOKEN, ROOT, type RunningGateway, startGateway } from "../e2e/support/gateway.ts";
import { startOrigin } from "../e2e/support/origin.ts";

export interface Sandbox extends AsyncDisposable {
  /** Runs a script as a reader's shell would, and stops at the first command that fails. */
  run(script: string): Promise<{ readonly code: number; readonly output: string }>;
}

/** Where the pages say that the gateway listens, and the demo's clusters. */
const GATEWAY = "127.0.0.1:8787";
const CLUSTERS = ["127.0.0.1:9101", "127.0.0.1:9102", "127.0.0.1:9103", "127.0.0.1:9104"];

export async function openSandbox(): Promise<Sandbox> {
  const folder = await Deno.makeTempDir({ prefix: "limen-docs-" });
  const origins = await Promise.all(CLUSTERS.map((name) => startOrigin(name)));
  await copyCheckout(folder);
  const demo = `${folder}/policies/demo.json`;
  const text = CLUSTERS.reduce(
    (policy, address, i) => policy.replaceAll(address, new URL(origins[i]!.url).host),
    await Deno.readTextFile(demo),
  );
  await Deno.writeTextFile(demo, text);
  const gateway = await startGateway("deno", { policy: text });
  return {
    run: (script) => runIn(folder, script.replaceAll(GATEWAY, new URL(gateway.url).host)),
    [Symbol.asyncDispose]: () => close(folder, gateway, origins),
  };
}

/** What a clone would have, with this checkout's packages. */
async function copyCheckout(folder: string): Promise<void> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "-co", "--exclude-standard"],
    cwd: ROOT,
  }).output();
  for (const file of new TextDecoder().decode(stdout).trim().split("\n")) {
    await Deno.mkdir(`${folder}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(`${ROOT}/${file}`, `${folder}/${file}`).catch(ignoreMissing);
  }
  await Deno.symlink(`${ROOT}/node_modules`, `${folder}/node_modules`);
  // On some machines Deno comes with npx, so that there is no such command.
  await Deno.mkdir(`${folder}/.bin`);
  await Deno.symlink(Deno.execPath(), `${folder}/.bin/deno`);
}

/** A file that was deleted and not committed yet. */
function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

async function runIn(
  folder: string,
  script: string,
): Promise<{ readonly code: number; readonly output: string }> {
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-euo", "pipefail", "-c", script],
    cwd: folder,
    env: {
      PATH: `${folder}/.bin:${Deno.env.get("PATH")}`,
      LIMEN_ADMIN_TOKEN: ADMIN_TOKEN,
      NO_COLOR: "1",
      WRANGLER_SEND_METRICS: "false",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

async function close(
  folder: string,
  gateway: RunningGateway,
  origins: readonly AsyncDisposable[],
): Promise<void> {
  await gateway.stop();
  await Promise.all(origins.map((origin) => origin[Symbol.asyncDispose]()));
  await Deno.remove(folder, { recursive: true });
}

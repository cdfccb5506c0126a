/** Two gateways of one deployment: processes on one Deno KV file, isolates over the same objects. */
import assert from "node:assert/strict";
import workerdPackage from "workerd";
import { buildWorker } from "../../../src/cli/build.ts";
import { workerdConfig } from "../../../src/platform/cloudflare/local/config.ts";
import { freePort } from "../../../src/platform/cloudflare/local/kv.ts";
import { readProject } from "../../../src/platform/cloudflare/local/project.ts";
import { ADMIN_TOKEN, ROOT, type Runtime, startGateway } from "./gateway.ts";
import { rawStore } from "./raw_store.ts";
import { until } from "./until.ts";
import { CountingKv } from "./worker.ts";

/** A CommonJS package whose `default` is the path of the binary. */
const { default: workerd } = workerdPackage as unknown as { readonly default: string };

const HOST = "127.0.0.1";

export interface Fleet extends AsyncDisposable {
  /** Of each member. */
  readonly urls: readonly [string, string];
  /** Puts a text where the policy lies, behind the gateways' backs. */
  put(text: string): Promise<void>;
}

/** Starts a fleet of two that serve this policy. Neither has had a request yet. */
export const startFleet = (runtime: Runtime, policy: unknown): Promise<Fleet> =>
  runtime === "deno" ? twoProcesses(policy) : twoIsolates(policy);

async function twoProcesses(policy: unknown): Promise<Fleet> {
  await using started = new AsyncDisposableStack();
  const folder = await temporaryFolder(started);
  const kv = `${folder}/kv.sqlite`;
  const start = async (pushed?: unknown): Promise<string> => {
    const options = { kv, ...(pushed !== undefined && { policy: pushed }) };
    const gateway = await startGateway("deno", options);
    started.defer(async () => void await gateway.stop());
    return gateway.url;
  };
  const urls = [await start(policy), await start()] as const;
  return fleet(urls, (text) => rawStore("deno", kv).put(text), started.move());
}

async function twoIsolates(policy: unknown): Promise<Fleet> {
  await using started = new AsyncDisposableStack();
  const folder = await temporaryFolder(started);
  await buildWorker(ROOT, `${folder}/worker.js`);
  const project = readProject(await Deno.readTextFile(`${ROOT}/wrangler.toml`));
  const kv = started.use(new CountingKv());
  kv.put("policy", JSON.stringify(policy));
  const ports = [freePort(), freePort()] as const;
  const config = workerdConfig({
    ...project,
    script: "worker.js",
    hostname: HOST,
    port: ports[0],
    kvAddress: kv.address,
    vars: { LIMEN_ADMIN_TOKEN: ADMIN_TOKEN, LIMEN_REFRESH: "1" },
  });
  await Deno.writeTextFile(`${folder}/workerd.capnp`, withSecondIsolate(config, ports[1]));
  const child = new Deno.Command(workerd, {
    args: ["serve", `${folder}/workerd.capnp`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  started.defer(async () => {
    child.kill("SIGKILL");
    await child.status;
  });
  for (const port of ports) await until("workerd listens", () => listens(port));
  const urls = [`http://${HOST}:${ports[0]}`, `http://${HOST}:${ports[1]}`] as const;
  return fleet(urls, (text) => Promise.resolve(kv.put("policy", text)), started.move());
}

const fleet = (
  urls: Fleet["urls"],
  put: Fleet["put"],
  started: AsyncDisposableStack,
): Fleet => ({
  urls,
  put,
  [Symbol.asyncDispose]: () => started.disposeAsync(),
});

async function temporaryFolder(started: AsyncDisposableStack): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "limen-e2e-" });
  started.defer(() => Deno.remove(folder, { recursive: true }));
  return folder;
}

/**
 * The same Worker once more, as a service with a socket of its own: another isolate, whose objects
 * are those of the first one.
 */
function withSecondIsolate(config: string, port: number): string {
  const [, worker] = /^const limen :Workerd\.Worker = (.*?^\));$/ms.exec(config) ?? [];
  assert.ok(worker !== undefined, config);
  const second = changed(worker, [
    [
      /durableObjectNamespace = ("\w+")/g,
      `durableObjectNamespace = (className = $1, serviceName = "main")`,
    ],
    [/^ *durableObjectNamespaces = .*\n/gm, ""],
    [/^ *durableObjectStorage = .*\n/gm, ""],
  ]);
  const first = changed(config, [
    [/services = \[/g, `$& (name = "second", worker = .second),`],
    [
      /sockets = \[/g,
      `$& (name = "second", address = "${HOST}:${port}", http = (), service = "second"),`,
    ],
  ]);
  return `${first}const second :Workerd.Worker = ${second};\n`;
}

/** @throws when there is nothing to replace */
const changed = (text: string, replacements: readonly (readonly [RegExp, string])[]): string =>
  replacements.reduce((text, [from, to]) => {
    assert.match(text, from);
    return text.replace(from, to);
  }, text);

async function listens(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: HOST, port })).close();
    return true;
  } catch {
    return false;
  }
}

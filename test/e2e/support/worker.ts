/** The Worker on a bare workerd, with a KV namespace that counts what it is asked and can fail. */
import workerdPackage from "workerd";
import { buildWorker } from "../../../src/cli/build.ts";
import { workerdConfig } from "../../../src/platform/cloudflare/local/config.ts";
import { freePort } from "../../../src/platform/cloudflare/local/kv.ts";
import { readProject } from "../../../src/platform/cloudflare/local/project.ts";
import { ROOT } from "./gateway.ts";

/** A CommonJS package whose `default` is the path of the binary. */
const { default: workerd } = workerdPackage as unknown as { readonly default: string };

export class CountingKv implements AsyncDisposable {
  readonly #values = new Map<string, string>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** Keys that were read, in order. */
  readonly reads: string[] = [];
  /** Keys that were written, in order. What is written is forgotten. */
  readonly writes: string[] = [];
  /** "silent" takes a request and never answers it. */
  mood: "well" | "broken" | "silent" = "well";

  constructor() {
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.#server = Deno.serve(options, (request) => this.#answer(request));
  }

  get address(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  put(key: string, text: string): void {
    this.#values.set(key, text);
  }

  #answer(request: Request): Response | Promise<Response> {
    const key = decodeURIComponent(new URL(request.url).pathname.slice(1));
    if (request.method === "GET") this.reads.push(key);
    if (this.mood === "silent") return new Promise(() => {});
    if (this.mood === "broken") return new Response("out of order", { status: 500 });
    if (request.method !== "GET") {
      this.writes.push(key);
      return new Response(null, { status: 204 });
    }
    if (key === "") return Response.json({ keys: [], list_complete: true });
    const text = this.#values.get(key);
    return text === undefined ? new Response("Not Found", { status: 404 }) : new Response(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Answers that are never given would be waited for.
    await Promise.race([
      this.#server.shutdown(),
      new Promise((resolve) => setTimeout(resolve, 200)),
    ]);
  }
}

export interface RunningWorker extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  log(): string;
}

/**
 * @param vars the Worker's settings
 * @param hasObjects whether it has the Durable Objects of wrangler.toml
 */
export async function startWorker(
  kv: CountingKv,
  vars: Readonly<Record<string, string>>,
  hasObjects = true,
): Promise<RunningWorker> {
  const folder = await Deno.makeTempDir({ prefix: "limen-e2e-" });
  await buildWorker(ROOT, `${folder}/worker.js`);
  const project = readProject(await Deno.readTextFile(`${ROOT}/wrangler.toml`));
  const [hostname, port] = ["127.0.0.1", freePort()];
  const settings = { script: "worker.js", hostname, port, kvAddress: kv.address, vars };
  const objects = hasObjects ? project.objects : [];
  const config = workerdConfig({ ...project, ...settings, objects });
  await Deno.writeTextFile(`${folder}/workerd.capnp`, config);
  const child = new Deno.Command(workerd, {
    args: ["serve", `${folder}/workerd.capnp`],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let log = "";
  const logged = (async (): Promise<void> => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) log += text;
  })();
  await listening(hostname, port);
  return {
    url: `http://${hostname}:${port}`,
    port,
    log: () => log,
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill("SIGKILL");
      await child.status;
      await logged;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function listening(hostname: string, port: number): Promise<void> {
  for (const end = Date.now() + 15_000; Date.now() < end;) {
    try {
      return (await Deno.connect({ hostname, port })).close();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error("workerd does not listen");
}

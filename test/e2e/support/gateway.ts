/** A real gateway for end-to-end tests: `deno task start`'s own command in a process of its own. */
import assert from "node:assert/strict";

export type Runtime = "deno" | "cloudflare";
export const RUNTIMES: readonly Runtime[] = ["deno", "cloudflare"];

export const ROOT = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");
export const ADMIN_TOKEN = "e2e-admin-token";

export interface RunningGateway {
  readonly runtime: Runtime;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Of the started command itself. */
  readonly pid: number;
  /** Everything on standard error so far. */
  log(): string;
  /** Pushes through the admin API; the next request is served by it. Fails the test if it is refused. */
  push(policy: unknown): Promise<string>;
  /** SIGTERM, and waits for the end. @returns the exit code */
  stop(signal?: Deno.Signal): Promise<number>;
}

export interface StartOptions {
  readonly policy?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  /** `--kv`; `:memory:` unless set. */
  readonly kv?: string;
  readonly args?: readonly string[];
}

export async function startGateway(
  runtime: Runtime,
  options: StartOptions = {},
): Promise<RunningGateway> {
  const folder = await Deno.makeTempDir({ prefix: "limen-e2e-" });
  const args = ["--runtime", runtime, "--port", "0", "--kv", options.kv ?? ":memory:"];
  if (options.policy !== undefined) {
    await Deno.writeTextFile(`${folder}/policy.json`, textOf(options.policy));
    args.push("--policy", `${folder}/policy.json`);
  }
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `${ROOT}/src/cli/start.ts`, ...args, ...(options.args ?? [])],
    cwd: ROOT,
    env: { LIMEN_ADMIN_TOKEN: ADMIN_TOKEN, LIMEN_REFRESH: "1", NO_COLOR: "1", ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let log = "";
  const logged = collect(child.stderr, (text) => log += text);
  let output = "";
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const printed = collect(child.stdout, (text) => {
    output += text;
    const ready = /^limen ready on http:\/\/127\.0\.0\.1:(\d+)$/m.exec(output);
    if (ready !== null) resolve(Number(ready[1]));
  }).then(() => resolve(null));
  const port = await promise;
  await Deno.remove(folder, { recursive: true });
  if (port === null) {
    await Promise.all([logged, printed]);
    assert.fail(`the gateway did not start (${(await child.status).code}):\n${output}\n${log}`);
  }
  const url = `http://127.0.0.1:${port}`;
  return {
    runtime,
    url,
    port,
    pid: child.pid,
    log: () => log,
    push: (policy) => push(url, policy),
    async stop(signal: Deno.Signal = "SIGTERM"): Promise<number> {
      child.kill(signal);
      const { code } = await child.status;
      await Promise.all([logged, printed]);
      return code;
    },
  };
}

async function push(url: string, policy: unknown): Promise<string> {
  const response = await fetch(`${url}/_limen/policy`, {
    method: "PUT",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    body: textOf(policy),
  });
  const answer = JSON.parse(await response.text());
  assert.equal(response.status, 200, `push refused: ${JSON.stringify(answer)}`);
  return answer.revision;
}

const textOf = (policy: unknown): string =>
  typeof policy === "string" ? policy : JSON.stringify(policy);

async function collect(
  stream: ReadableStream<Uint8Array>,
  take: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) take(text);
}

/** Runs the real command lines, as a terminal or a script would. */
import { ROOT } from "../../e2e/support/gateway.ts";

export type CommandName = "main" | "start" | "demo" | "build";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** To the end of it. Settings of the test run's own environment don't reach it. */
export async function runCommand(
  name: CommandName,
  args: readonly string[],
  { env = {}, stdin }: RunOptions = {},
): Promise<Ran> {
  const child = spawnCommand(name, args, { env, stdin: stdin === undefined ? "null" : "piped" });
  if (stdin !== undefined) {
    const input = child.stdin.getWriter();
    await input.write(new TextEncoder().encode(stdin));
    await input.close();
  }
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: "null" | "piped";
  /** In a process group of its own. */
  readonly detached?: boolean;
}

export function spawnCommand(
  name: CommandName,
  args: readonly string[],
  { env = {}, stdin = "null", detached = false }: SpawnOptions = {},
): Deno.ChildProcess {
  const inherited = Object.entries(Deno.env.toObject())
    .filter(([variable]) => !/^(?:LIMEN_|CLOUDFLARE_|FORCE_COLOR$|INIT_CWD$)/.test(variable));
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `${ROOT}/src/cli/${name}.ts`, ...args],
    cwd: ROOT,
    clearEnv: true,
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env },
    stdin,
    stdout: "piped",
    stderr: "piped",
    detached,
  }).spawn();
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "limen-test-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** A valid policy whose one route answers `body` itself. */
export const policySaying = (body: string): string =>
  JSON.stringify({
    clusters: {},
    routes: [{ name: "say", respond: { status: 200, body } }],
  });

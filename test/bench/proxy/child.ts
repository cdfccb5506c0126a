/** A script of this folder in a process of its own, which says in one line when it is ready. */

export interface Child {
  readonly pid: number;
  /** What the script's first line holds. */
  readonly ready: unknown;
  /** Sends a value, gets the answer to it. One at a time. */
  ask(question: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

export interface SpawnOptions {
  readonly args?: readonly string[];
  /** For scripts whose standard error is of no interest. */
  readonly quiet?: boolean;
}

/** @param script relative to this file; speaks JSON, a line each, on standard input and output */
export async function spawn(
  script: string,
  { args = [], quiet = false }: SpawnOptions = {},
): Promise<Child> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", new URL(script, import.meta.url).pathname, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: quiet ? "null" : "inherit",
  }).spawn();
  const input = child.stdin.getWriter();
  const lines = readLines(child.stdout);
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${script} ended with code ${(await child.status).code}`);
    return JSON.parse(value);
  };
  return {
    pid: child.pid,
    ready: await next(),
    async ask(question: unknown): Promise<unknown> {
      await input.write(new TextEncoder().encode(`${JSON.stringify(question)}\n`));
      return await next();
    },
    async stop(): Promise<void> {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

export async function* readLines(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<string, undefined> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

/** The script's side: one line to its parent. */
export const say = (value: unknown): void =>
  void Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(value)}\n`));

/** Ends the script with its parent, however that ends. */
export async function endWithParent(): Promise<never> {
  for await (const _ of Deno.stdin.readable);
  Deno.exit(0);
}

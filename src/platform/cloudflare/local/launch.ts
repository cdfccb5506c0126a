/** Starts the Worker on this machine: see `host.ts` for the process that does it. */
import type { PushRefused } from "../../../store/push.ts";

export interface HostOptions {
  /** Folder with wrangler.toml. */
  readonly root: string;
  /** Path of the bundled Worker. */
  readonly bundle: string;
  readonly hostname: string;
  /** 0: any that is free. */
  readonly port: number;
  /** wrangler's persistence folder; `null`: in memory. */
  readonly kvFolder: string | null;
  /** Settings for the Worker. */
  readonly vars: Readonly<Record<string, string>>;
  /** Text of a policy to push before the start. */
  readonly policy: string | null;
}

/** What the host says, one JSON object a line. */
export type HostMessage =
  | { readonly pushed: string }
  | { readonly refused: PushRefused }
  | { readonly ready: number }
  | { readonly died: number };

export interface LocalWorker {
  readonly messages: AsyncIterable<HostMessage>;
  /** Lets requests in flight finish, for `graceMs` at the most. */
  stop(graceMs: number): Promise<void>;
  /** The host's exit code. */
  readonly exited: Promise<number>;
}

export function launch(options: HostOptions): LocalWorker {
  const host = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", new URL("./host.ts", import.meta.url).href],
    cwd: options.root,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    detached: true,
  }).spawn();
  const input = host.stdin.getWriter();
  const say = async (line: string): Promise<void> => {
    try {
      await input.write(new TextEncoder().encode(`${line}\n`));
    } catch (error) {
      // It has ended by itself; `exited` tells.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  };
  const started = say(JSON.stringify(options));
  return {
    messages: messages(host.stdout),
    async stop(graceMs: number): Promise<void> {
      await started;
      await say(`stop ${graceMs}`);
    },
    exited: host.status.then(({ code }) => code),
  };
}

/** Lines that are no message are workerd's own output and go to the log. */
async function* messages(stream: ReadableStream<Uint8Array>): AsyncGenerator<HostMessage> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (/^\{"(?:pushed|refused|ready|died)":/.test(line)) yield JSON.parse(line) as HostMessage;
      else Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
    }
  }
}

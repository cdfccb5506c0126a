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
  /** Who pushes it. */
  readonly by: string;
}

/** What the host says, one JSON object a line: the first one tells how the start went. */
export type HostMessage =
  | { readonly ready: number }
  | { readonly refused: PushRefused }
  | { readonly failed: string };

export interface LocalWorker {
  /** How the start went. */
  readonly started: Promise<HostMessage>;
  /** Lets requests in flight finish, for `graceMs` at the most; during the start, ends that. */
  stop(graceMs: number): void;
  /** Resolves when nothing of it is left. */
  readonly ended: Promise<void>;
}

/** @param log takes each line that workerd prints */
export function launch(options: HostOptions, log: (line: string) => void): LocalWorker {
  const host = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", new URL("./host.ts", import.meta.url).href],
    cwd: options.root,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    detached: true,
  }).spawn();
  const input = host.stdin.getWriter();
  // A host that has ended reads nothing more; `ended` tells.
  const tell = (line: string): void =>
    void input.write(new TextEncoder().encode(`${line}\n`)).catch(() => {});
  tell(JSON.stringify(options));

  const { promise: started, resolve } = Promise.withResolvers<HostMessage>();
  const heard = listen(host.stdout, resolve, log);
  const ended = host.status.then(async ({ code, signal }) => {
    endGroup(host.pid);
    await heard;
    resolve({ failed: `workerd's host process ended with ${signal ?? `code ${code}`}` });
  });
  return { started, stop: (graceMs) => tell(`stop ${graceMs}`), ended };
}

/** A host that was killed leaves its workerd behind: both are of the group that it leads. */
function endGroup(leader: number): void {
  try {
    Deno.kill(-leader, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function listen(
  stream: ReadableStream<Uint8Array>,
  take: (message: HostMessage) => void,
  log: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (/^\{"(?:ready|refused|failed)":/.test(line)) take(JSON.parse(line) as HostMessage);
      else log(line);
    }
  }
}

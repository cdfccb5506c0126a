/** Origins that can be killed, frozen and told to misbehave: each a process of its own. */
import assert from "node:assert/strict";
import type { Behaviour, Order } from "./origin_process.ts";

export type { Behaviour };

/** A request as the origin received it. */
export interface Arrival {
  /** The client's, the same for every try. */
  readonly id: string;
  readonly method: string;
  readonly met: Behaviour["kind"];
  /** Milliseconds since the epoch, by the origin's clock, which is this process's too. */
  readonly atMs: number;
}

export interface Origin extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** In the order in which they came, those before a kill too. */
  readonly arrivals: readonly Arrival[];
  /** Requests at once that had neither been answered nor given up, at the most. */
  readonly mostInFlight: number;
  /** Holds for requests that arrive from now on; each `every`th of them (1). */
  behave(behaviour: Behaviour, every?: number): Promise<void>;
  /** Answers what hangs. */
  release(): Promise<void>;
  /** SIGKILL: the next connect is refused. */
  kill(): Promise<void>;
  /** Starts it again after a kill, on the same port. */
  restart(): Promise<void>;
  /** SIGSTOP: connections are taken by the kernel, and nothing is read. */
  freeze(): void;
  thaw(): void;
}

const PROCESS = new URL("./origin_process.ts", import.meta.url).pathname;

export async function startOrigin(name: string): Promise<Origin> {
  const arrivals: Arrival[] = [];
  let [now, most] = [0, 0];
  const seen = (line: string): void => {
    const [word, id = "", method = "", met = "", ms = ""] = line.split(" ");
    if (word === "in") {
      arrivals.push({ id, method, met: met as Behaviour["kind"], atMs: Number(ms) });
      most = Math.max(most, ++now);
    } else now--;
  };
  let running = await launch(name, 0, seen);
  const { port } = running;
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    arrivals,
    get mostInFlight(): number {
      return most;
    },
    behave: (behave, every = 1) => running.order({ behave, every }),
    release: () => running.order({ release: true }),
    async kill(): Promise<void> {
      await running.end();
      now = 0;
    },
    async restart(): Promise<void> {
      running = await launch(name, port, seen);
    },
    freeze: () => running.signal("SIGSTOP"),
    thaw: () => running.signal("SIGCONT"),
    [Symbol.asyncDispose]: () => running.end(),
  };
}

/** All at once, named `name-0`, `name-1`, … */
export async function startOrigins(name: string, count: number): Promise<Origins> {
  const origins = await Promise.all(
    Array.from({ length: count }, (_, i) => startOrigin(`${name}-${i}`)),
  );
  return Object.assign(origins, {
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.all(origins.map((origin) => origin[Symbol.asyncDispose]()));
    },
  });
}

export type Origins = readonly Origin[] & AsyncDisposable;

export const urlsOf = (origins: readonly Origin[]): string[] => origins.map(({ url }) => url);

interface Running {
  readonly port: number;
  /** Resolves when it is in force. */
  order(order: Order): Promise<void>;
  signal(signal: Deno.Signal): void;
  /** SIGKILL, which ends a stopped process too. Resolves when all that it said has been heard. */
  end(): Promise<void>;
}

async function launch(
  name: string,
  port: number,
  seen: (line: string) => void,
): Promise<Running> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", PROCESS, name, String(port)],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const orders = child.stdin.getWriter();
  const ready = Promise.withResolvers<number>();
  const waiting: (() => void)[] = [];
  const heard = (async () => {
    let text = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (text + chunk).split("\n");
      text = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith("ready ")) ready.resolve(Number(line.slice(6)));
        else if (line === "done") waiting.shift()!();
        else seen(line);
      }
    }
    ready.reject(new Error(`the origin ${name} ended before it was ready`));
  })();
  let ended = false;
  return {
    port: await ready.promise,
    async order(order): Promise<void> {
      assert.ok(!ended, `the origin ${name} is dead`);
      const done = new Promise<void>((resolve) => waiting.push(resolve));
      await orders.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`));
      await done;
    },
    signal: (signal) => child.kill(signal),
    async end(): Promise<void> {
      if (ended) return;
      ended = true;
      child.kill("SIGKILL");
      await Promise.all([child.status, heard]);
      await orders.abort().catch(() => {});
    },
  };
}

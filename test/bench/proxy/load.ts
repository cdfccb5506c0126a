/** The load: asked for a number of seconds and a URL, answers with how many requests were served. */
import autocannon from "autocannon";
import { browserHeaders } from "../browser.ts";
import { readLines, say } from "./child.ts";

export interface LoadRequest {
  readonly url: string;
  /** `Host` to send. */
  readonly host: string;
  readonly seconds: number;
}

export interface LoadResult {
  readonly served: number;
  /** Anything but 2xx, and broken connections: what is measured then is not what was meant. */
  readonly failed: number;
  /** How long it really took. */
  readonly seconds: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
}

const CONNECTIONS = 32;

/** The part of autocannon that is used here; it comes without types. */
interface Client {
  setHeaders(headers: Readonly<Record<string, string>>): void;
}
interface Options {
  readonly url: string;
  readonly connections: number;
  readonly duration: number;
  /** Called for each connection. */
  readonly setupClient: (client: Client) => void;
}
interface Result {
  readonly "2xx": number;
  readonly non2xx: number;
  readonly errors: number;
  readonly duration: number;
  readonly latency: { readonly p50: number; readonly p99: number };
}
const fire = autocannon as (options: Options) => Promise<Result>;

async function load({ url, host, seconds }: LoadRequest): Promise<LoadResult> {
  let caller = 0;
  const result = await fire({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    // Each connection is a caller of its own, so that stickiness spreads them.
    setupClient: (client) => client.setHeaders(browserHeaders(host, `caller-${caller++}`)),
  });
  const { p50, p99 } = result.latency;
  return {
    served: result["2xx"],
    failed: result.non2xx + result.errors,
    seconds: result.duration,
    latencyMs: { p50, p99 },
  };
}

if (import.meta.main) {
  say("ready");
  for await (const line of readLines(Deno.stdin.readable)) say(await load(JSON.parse(line)));
}

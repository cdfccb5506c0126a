/** The gateway on Deno: wired, listening, following its store, and stopped without losing anything. */
import { adminAuth } from "../../../routes/admin_auth.ts";
import { handle } from "../../../routes/gateway.ts";
import { ownRoutes } from "../../../routes/own.ts";
import { problem } from "../../../routes/problem.ts";
import { Gateway } from "../../gateway.ts";
import { fault } from "../../model/fault.ts";
import type { Settings } from "../../settings.ts";
import { PolicyFeed } from "../../store/feed.ts";
import { follow } from "../../store/follow.ts";
import { type Log, logError } from "../log.ts";
import { policyReader, revisionOfText } from "../reader.ts";
import { DenoExchange } from "./exchange.ts";
import { denoPlatform } from "./platform.ts";
import { openDenoPolicyStore } from "./policy_store.ts";
import { Drain } from "./drain.ts";

export interface GatewayOptions {
  readonly settings: Settings;
  /** Address to listen on; absent where the platform decides (Deno Deploy). */
  readonly listen?: { readonly hostname: string; readonly port: number };
  /** Where the policy lies: see `openDenoPolicyStore`. Absent: the platform's database. */
  readonly kvPath?: string;
  readonly log: Log;
}

export interface RunningGateway {
  readonly feed: PolicyFeed;
  /** Starts to answer requests. @returns the port */
  listen(): number;
  /**
   * Takes no new connections, lets the requests in flight finish, and closes the store.
   *
   * @param graceMs what is still in flight after that is cut off
   */
  stop(graceMs: number): Promise<void>;
}

/** Opens the store and loads the policy; `listen` then serves it. */
export async function createGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { settings, listen, kvPath, log } = options;
  const store = openDenoPolicyStore({
    revisionOf: revisionOfText,
    now: () => Date.now(),
    ...(kvPath !== undefined && { path: kvPath }),
  });
  const feed = new PolicyFeed({
    store,
    reader: policyReader("deno"),
    now: () => Date.now(),
    // A process that serves is not waiting to end: work needs no one to hold it.
    later: () => {},
    log,
  });
  await feed.refresh();
  const stopping = new AbortController();
  const following = follow(feed, store, {
    refreshMs: settings.refreshMs,
    sleep,
    signal: stopping.signal,
  });

  const gateway = new Gateway(denoPlatform, () => feed.active?.plan ?? null);
  const own = ownRoutes({
    prefix: settings.prefix,
    feed,
    auth: adminAuth(settings.adminToken, () => Date.now()),
  });
  const drain = new Drain();
  const serve = (request: Request, info: Deno.ServeHandlerInfo): Response | Promise<Response> => {
    // Without an address of its own to listen on, TLS ends in front of it (Deno Deploy).
    const exchange = new DenoExchange(request, info, listen !== undefined);
    const response = handle(exchange, {
      gateway,
      prefix: settings.prefix,
      own: () => own.fetch(request),
    });
    return exchange.body === null ? response : drain.upload(response);
  };
  const onError = (error: unknown): Response => {
    log(logError("request_failed", error));
    return problem(fault("internal_error", "The gateway failed to handle the request."));
  };
  let server: Deno.HttpServer<Deno.NetAddr> | null = null;
  return {
    feed,
    listen(): number {
      const quiet = { onError, onListen: () => {}, automaticCompression: false };
      server = Deno.serve({ ...quiet, ...listen }, serve) as Deno.HttpServer<Deno.NetAddr>;
      return server.addr.port;
    },
    async stop(graceMs: number): Promise<void> {
      await drain.run(() => server?.shutdown() ?? Promise.resolve(), graceMs);
      stopping.abort();
      await following;
      await store.close();
    },
  };
}

/** Resolves after `ms`, or as soon as `signal` aborts. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

/** The gateway on Deno: wired, listening, following its store, and stopped without losing anything. */
import { explainGuard } from "../../../routes/explain_guard.ts";
import { handle } from "../../../routes/gateway.ts";
import { ownRoutes } from "../../../routes/own.ts";
import { problem } from "../../../routes/problem.ts";
import { CapacityGates } from "../../capacity/gates.ts";
import { checkSender } from "../../check/sender.ts";
import { Gateway } from "../../gateway.ts";
import { HealthRegistry } from "../../health/registry.ts";
import { NOWHERE } from "../../locality/locality.ts";
import { fault } from "../../model/fault.ts";
import type { Settings } from "../../settings.ts";
import { PolicyFeed } from "../../store/feed.ts";
import { follow } from "../../store/follow.ts";
import { adminAuthOf } from "../admin_auth.ts";
import { type Log, logError } from "../log.ts";
import { memberStatus } from "../member_status.ts";
import { policyReader, revisionOfText } from "../reader.ts";
import { missingSecrets } from "../secrets.ts";
import { denoAuditStore } from "./audit_store.ts";
import { DenoExchange } from "./exchange.ts";
import { denoPlatform } from "./platform.ts";
import { startBackground } from "./background.ts";
import { checkRound } from "./check_round.ts";
import { Drain } from "./drain.ts";
import { DenoFleetStore } from "./fleet_store.ts";
import { answerToHead } from "./head.ts";
import { isRemote, kvConnection } from "./kv_connection.ts";
import { MapHeaders } from "./map_headers.ts";
import { DenoPolicyStore } from "./policy_store.ts";
import { send } from "./send.ts";
import { sleep } from "./sleep.ts";

export interface GatewayOptions {
  readonly settings: Settings;
  /** Address to listen on; absent where the platform decides (Deno Deploy). */
  readonly listen?: { readonly hostname: string; readonly port: number };
  /** Where the policy lies: see `kvConnection`. Absent: the platform's database. */
  readonly kvPath?: string;
  readonly log: Log;
}

export interface RunningGateway {
  readonly feed: PolicyFeed;
  /** Starts to answer requests. @returns where */
  listen(): Deno.NetAddr;
  /** Checks every endpoint once and leaves the verdicts in the store: for a cron. Never rejects. */
  checkRound(): Promise<void>;
  /**
   * Takes no new connections, lets the requests in flight finish, and closes the store.
   *
   * @param graceMs what is still in flight after that is cut off
   */
  stop(graceMs: number): Promise<void>;
}

/** A file tells nobody what another process wrote: a drain has to be in force within a second. */
const SYNC_FILE_MS = 500;

/** A database that can be watched is polled besides, in case a watch missed something. */
const SYNC_MS = 5_000;

/** A store that hangs does not keep a process from ending for longer than this; milliseconds. */
const LEAVE_MS = 1_000;

/** Opens the store and loads the policy; `listen` then serves it. */
export async function createGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { settings, listen, kvPath, log } = options;
  const now = (): number => Date.now();
  const connection = kvConnection(kvPath);
  const store = new DenoPolicyStore(connection, {
    revisionOf: revisionOfText,
    now,
    kept: settings.historyKept,
  });
  const feed = new PolicyFeed({
    store,
    reader: policyReader("deno", (plan) => missingSecrets(plan, secret)),
    now,
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

  const locality = settings.locality ?? NOWHERE;
  const id = crypto.randomUUID();
  const gates = new CapacityGates(id);
  const gateway = new Gateway({
    platform: denoPlatform,
    activePlan: () => feed.active?.plan ?? null,
    caller: { locality, labels: settings.labels },
    health: new HealthRegistry(),
    gates,
  });
  const fleetStore = new DenoFleetStore(connection, now);
  const checks = {
    send: checkSender({ send, after: afterExactly }, newHeaders, stopping.signal),
    secret,
  };
  const background = startBackground({
    ...checks,
    plan: () => gateway.serving()?.plan ?? null,
    registry: gateway.health,
    gates,
    store: fleetStore,
    status: () => memberStatus({ id, locality, runtime: "deno" }, feed.status()),
    syncMs: isRemote(kvPath) ? SYNC_MS : SYNC_FILE_MS,
    log,
    signal: stopping.signal,
  });
  // Nobody is to be sent to a cluster that was drained before.
  if (feed.status().lastError?.code !== "unreachable") await background.member.sync();
  const auth = adminAuthOf(settings, now, log);
  const own = ownRoutes({
    prefix: settings.prefix,
    feed,
    auth,
    gateway,
    fleet: background.member,
    audit: denoAuditStore(connection),
    now,
    log,
  });
  const behind = new Set<Promise<void>>();
  const later = (work: Promise<void>): void => {
    behind.add(work);
    void work.finally(() => behind.delete(work));
  };
  const explains = explainGuard({ adminToken: settings.adminToken, auth, now });
  const drain = new Drain();
  const serve = (request: Request, info: Deno.ServeHandlerInfo): Response | Promise<Response> => {
    // Without an address of its own to listen on, TLS ends in front of it (Deno Deploy).
    const exchange = new DenoExchange(request, info, listen !== undefined);
    const response = handle(exchange, {
      gateway,
      prefix: settings.prefix,
      own: ({ peer }) => own.fetch(request, { ip: peer, later }),
      explains,
    });
    if (exchange.body !== null) return drain.upload(response);
    return exchange.method === "HEAD" ? answerToHead(response) : response;
  };
  const onError = (error: unknown): Response => {
    log(logError("request_failed", error));
    return problem(fault("internal_error", "The gateway failed to handle the request."));
  };
  let server: Deno.HttpServer<Deno.NetAddr> | null = null;
  return {
    feed,
    listen(): Deno.NetAddr {
      const quiet = { onError, onListen: () => {}, automaticCompression: false };
      server = Deno.serve({ ...quiet, ...listen }, serve) as Deno.HttpServer<Deno.NetAddr>;
      return server.addr;
    },
    async checkRound(): Promise<void> {
      const plan = feed.active?.plan;
      if (plan === undefined) return;
      const failure = await checkRound({ ...checks, plan, store: fleetStore, now });
      if (failure !== null) log({ event: "check_round_lost", ...failure });
    },
    async stop(graceMs: number): Promise<void> {
      await drain.run(() => server?.shutdown() ?? Promise.resolve(), graceMs);
      stopping.abort();
      await Promise.all([following, background.done]);
      const patience = new AbortController();
      const leaving = Promise.all([fleetStore.leave(id), ...behind]);
      await Promise.race([leaving, sleep(LEAVE_MS, patience.signal)]);
      patience.abort();
      await connection.close();
    },
  };
}

const secret = (name: string): string | null => Deno.env.get(name) || null;

const newHeaders = (): MapHeaders => MapHeaders.from(new Headers());

/** A timer of its own, which a stopped process does not wait for. */
function afterExactly(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

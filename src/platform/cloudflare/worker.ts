/**
 * Entry point on Cloudflare Workers. What is here outlives requests: an isolate
 * keeps its policy, and looks at KV again only behind a response.
 */
import { adminAuth } from "../../../routes/admin_auth.ts";
import { type Door, handle } from "../../../routes/gateway.ts";
import { ownRoutes } from "../../../routes/own.ts";
import { problem } from "../../../routes/problem.ts";
import { Gateway } from "../../gateway.ts";
import { fault } from "../../model/fault.ts";
import type { Platform } from "../../model/platform.ts";
import { readSettings, type Settings } from "../../settings.ts";
import { PolicyFeed } from "../../store/feed.ts";
import { logError, logger } from "../log.ts";
import { policyReader, revisionOfText } from "../reader.ts";
import { missingBindings } from "./bindings.ts";
import type { Context, Env } from "./env.ts";
import { WorkerExchange } from "./exchange.ts";
import { KvPolicyStore } from "./policy_store.ts";
import { send } from "./send.ts";

interface Isolate {
  readonly settings: Settings;
  readonly feed: PolicyFeed;
  readonly door: (request: Request) => Door;
}

let isolate: Isolate | null = null;

// deno-lint-ignore no-console
const log = logger((line) => console.log(line), () => Date.now());

export default {
  async fetch(request: Request, env: Env, context: Context): Promise<Response> {
    try {
      isolate ??= start(env);
      const { settings, feed } = isolate;
      const later = (work: Promise<void>): void => context.waitUntil(work);
      // Concurrent first requests load for themselves: on Workers, one can't wait for another.
      if (feed.active === null) await feed.refresh(later);
      else if (feed.due(settings.refreshMs)) later(feed.refresh(later));
      return await handle(new WorkerExchange(request, context), isolate.door(request));
    } catch (error) {
      log(logError("request_failed", error));
      return problem(fault("internal_error", "The gateway failed to handle the request."));
    }
  },
};

function start(env: Env): Isolate {
  const text = (name: string): string | undefined => {
    const value = env[name];
    return typeof value === "string" ? value : undefined;
  };
  const read = readSettings(text);
  if (!read.ok) throw new Error(read.errors.join(" "));
  const { settings } = read;
  const platform = workerPlatform(env);
  const feed = new PolicyFeed({
    store: new KvPolicyStore(env.POLICIES, {
      revisionOf: revisionOfText,
      now: platform.now,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    }),
    reader: policyReader("cloudflare", (plan) => missingBindings(plan, env)),
    now: platform.now,
    later: () => {},
    log,
  });
  const gateway = new Gateway(platform, () => feed.active?.plan ?? null);
  const auth = adminAuth(settings.adminToken, platform.now);
  const own = ownRoutes({ prefix: settings.prefix, feed, auth });
  const door = (request: Request): Door => ({
    gateway,
    prefix: settings.prefix,
    own: () => own.fetch(request),
  });
  return { settings, feed, door };
}

const workerPlatform = (env: Env): Platform => ({
  now: () => Date.now(),
  random: () => Math.random(),
  uuid: () => crypto.randomUUID(),
  after(ms: number, callback: () => void): () => void {
    // A request's timers end with it: to forget one costs less than to clear it.
    let wanted = true;
    setTimeout(() => wanted && callback(), ms);
    return () => void (wanted = false);
  },
  send: (request) => send(request, env),
});

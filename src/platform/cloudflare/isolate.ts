/** What an isolate keeps between requests, wired. */
import { explainGuard } from "../../../routes/explain_guard.ts";
import type { Door } from "../../../routes/gateway.ts";
import { ownRoutes } from "../../../routes/own.ts";
import { CapacityGates } from "../../capacity/gates.ts";
import { FleetMember } from "../../fleet/member.ts";
import { Gateway } from "../../gateway.ts";
import { HealthRegistry } from "../../health/registry.ts";
import { NOWHERE } from "../../locality/locality.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Caller } from "../../plan/locality.ts";
import type { Settings } from "../../settings.ts";
import type { PolicyFeed } from "../../store/feed.ts";
import { adminAuthOf } from "../admin_auth.ts";
import type { Log } from "../log.ts";
import { memberStatus } from "../member_status.ts";
import { auditStore } from "./audit_store.ts";
import { coloOf } from "./colo.ts";
import { namespaceOf } from "./durable_object.ts";
import type { Env } from "./env.ts";
import { FleetLink } from "./fleet_link.ts";
import { CAPACITY_BINDING, FLEET_BINDING, PROBERS_BINDING } from "./fleet_questions.ts";
import { DurableFleetStore } from "./fleet_store.ts";
import { workerPlatform } from "./platform.ts";
import { policyFeed } from "./policy_feed.ts";
import { REGISTER_BINDING } from "./register_questions.ts";
import { settingsOf } from "./settings.ts";

export interface Isolate {
  readonly settings: Settings;
  readonly feed: PolicyFeed;
  readonly fleet: FleetLink;
  readonly door: (request: Request) => Door;
}

/** How often a request may look at what the fleet knows; milliseconds. Mostly that asks nobody. */
const SYNC_MS = 1_000;

/** The store lets a status go along with all that it asks the hub: it needs no reminder. */
const STATUS_MS = Infinity;

/**
 * @param first the isolate's first request: all of them come in at the same of Cloudflare's places
 * @throws when a setting is not what it should be
 */
export function startIsolate(env: Env, first: Request, log: Log): Isolate {
  const settings = settingsOf(env);
  const platform = workerPlatform(env);
  const { now } = platform;
  const feed = policyFeed(env, { isReadOnly: false, log });
  const registry = new HealthRegistry();
  const id = platform.uuid();
  const gates = new CapacityGates(id);
  const caller = callerAt(settings, first);
  const { locality } = caller;
  const gateway = new Gateway({
    platform,
    activePlan: () => feed.active?.plan ?? null,
    caller,
    health: registry,
    gates,
  });
  const plan = (): Plan | null => gateway.serving()?.plan ?? null;
  const store = fleetStore(env, () => feed.active?.plan ?? null, log);
  const member = new FleetMember({
    store,
    registry,
    plan,
    checker: null,
    gates,
    intervalMs: SYNC_MS,
    status: () => memberStatus({ id, locality, runtime: "cloudflare" }, feed.status()),
    statusMs: STATUS_MS,
    now,
    log,
  });
  const auth = adminAuthOf(settings, now, log);
  const own = ownRoutes({
    prefix: settings.prefix,
    feed,
    auth,
    gateway,
    fleet: member,
    audit: auditStore(env),
    now,
    log,
  });
  const explains = explainGuard({ adminToken: settings.adminToken, auth, now });
  return {
    settings,
    feed,
    fleet: new FleetLink({ member, store, plan: () => feed.active?.plan ?? null, now }),
    door: (request) => ({
      gateway,
      prefix: settings.prefix,
      own: (exchange) =>
        own.fetch(request, { ip: exchange.peer, later: (work) => exchange.later(work) }),
      explains,
    }),
  };
}

function callerAt({ locality, labels }: Settings, first: Request): Caller {
  const colo = coloOf(first);
  return { locality: locality ?? { ...NOWHERE, region: colo ?? "" }, labels };
}

/** @returns `null` where wrangler.toml is from before there was a fleet: each isolate is alone then */
function fleetStore(env: Env, plan: () => Plan | null, log: Log): DurableFleetStore | null {
  const bindings = [FLEET_BINDING, PROBERS_BINDING, CAPACITY_BINDING, REGISTER_BINDING];
  const missing = bindings.filter((name) => namespaceOf(env, name) === null);
  if (missing.length > 0) log({ event: "bindings_missing", bindings: missing });
  const hub = namespaceOf(env, FLEET_BINDING);
  if (hub === null) return null;
  return new DurableFleetStore({
    hub,
    capacity: namespaceOf(env, CAPACITY_BINDING),
    policy: () => {
      const active = plan();
      if (active === null) return null;
      const checks = active.clusters.some(({ healthCheck }) => healthCheck !== null);
      return { revision: active.revision, checks };
    },
    now: () => Date.now(),
  });
}

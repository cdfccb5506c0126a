/**
 * What a process does beside its requests: it checks endpoints, tells the fleet and follows it, and
 * asks for its parts of capacities.
 */
import { Checker, type SendCheck } from "../../check/checker.ts";
import { type FleetEvent, FleetMember, type FleetMemberOptions } from "../../fleet/member.ts";
import type { FleetStore, MemberStatus } from "../../fleet/port.ts";
import type { HealthRegistry } from "../../health/registry.ts";
import type { Plan } from "../../plan/plan.ts";
import { startLoop } from "./loop.ts";
import { sleep } from "./sleep.ts";

export interface BackgroundOptions {
  /** The plan in force, which `registry` knows; `null`: none. */
  readonly plan: () => Plan | null;
  readonly registry: HealthRegistry;
  readonly gates: FleetMemberOptions["gates"];
  readonly store: FleetStore;
  /** What this process says of itself. */
  readonly status: () => MemberStatus;
  /** Between two looks at the store, which `watch` may bring forward. */
  readonly syncMs: number;
  readonly send: SendCheck;
  readonly secret: (name: string) => string | null;
  readonly log: (event: FleetEvent) => void;
  readonly signal: AbortSignal;
}

export interface Background {
  readonly member: FleetMember;
  /** Resolves some time after `signal` aborts, when nothing is under way any more. */
  readonly done: Promise<void>;
}

/** A check whose endpoints hang holds up no more than these. */
const CHECKS_AT_ONCE = 100;

/** Between two looks at the gates: a request may have made one due. */
const LEASE_LOOK_MS = 50;

/** The fleet is told that this process is there at least so often; milliseconds. */
const STATUS_MS = 30_000;

/** How long an answer to a lease is waited for before the next look; milliseconds. */
const LEASE_PATIENCE_MS = 1_000;

/** Does not go back when the wall clock does: checks would stand still. */
const steadyMs = (): number => performance.timeOrigin + performance.now();

export function startBackground(options: BackgroundOptions): Background {
  const { plan, registry, gates, store, status, syncMs, send, secret, log, signal } = options;
  const now = (): number => Date.now();
  const checker = new Checker({
    send,
    now: steadyMs,
    random: () => Math.random(),
    secret,
    concurrency: CHECKS_AT_ONCE,
    onVerdict(cluster, origin, verdict): void {
      registry.setVerdict(cluster, origin, verdict, now());
      checks.wake();
    },
    onWell: (cluster, origin) => registry.endEjection(cluster, origin, now()),
  });
  const member = new FleetMember({
    store,
    registry,
    plan,
    checker,
    gates,
    intervalMs: syncMs,
    status,
    statusMs: STATUS_MS,
    now,
    log,
  });

  let checked: Plan | null = null;
  const underWay = new Set<Promise<void>>();
  const checks = startLoop(() => {
    const active = plan();
    if (active !== null && active !== checked) checker.adopt(active);
    checked = active;
    member.hear();
    const round = checker.runDue().finally(() => underWay.delete(round));
    underWay.add(round);
    return Promise.resolve(checker.nextDueMs() - steadyMs());
  }, signal);

  const leases = startLoop(async () => {
    // A store that hangs is for the gates to notice, which ask again and count it as lost.
    if (member.leaseDue(now())) {
      await Promise.race([member.lease(), sleep(LEASE_PATIENCE_MS, signal)]);
    }
    const isLimited = plan()?.clusters.some(({ capacity }) => capacity !== null) ?? false;
    return isLimited ? LEASE_LOOK_MS : Infinity;
  }, signal);

  const syncs = startLoop(async () => {
    if (plan() !== checked) leases.wake();
    const synced = member.sync();
    // Another policy, or what was heard just now: who gets requests is checked more often.
    checks.wake();
    await synced;
    return syncMs;
  }, signal);
  const watching = store.watch?.(() => syncs.wake(), signal);

  const loops = [checks.done, leases.done, syncs.done, watching];
  const done = Promise.all(loops).then(() => Promise.all(underWay)).then(() => {});
  return { member, done };
}

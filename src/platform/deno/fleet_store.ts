/**
 * What the processes of one fleet know together, in the Deno KV that they share. Each checks
 * endpoints for itself; where instances sleep, a cron's round leaves its verdicts here for those
 * that wake up.
 */
import type { CapacityAsk, CapacityGrant } from "../../capacity/lease.ts";
import type { CheckMemory } from "../../check/checker.ts";
import { keyOf } from "../../fleet/endpoint_key.ts";
import type {
  FleetFailure,
  FleetReport,
  FleetState,
  FleetStore,
  HeardStatus,
  MemberStatus,
  SharedEjection,
} from "../../fleet/port.ts";
import { STATUS_LIFE_MS } from "../../fleet/statuses.ts";
import {
  CHANGE_KEY,
  CHECK_PREFIX,
  checkKey,
  DRAINED_PREFIX,
  drainedKey,
  EJECTION_PREFIX,
  ejectionKey,
  MEMBER_PREFIX,
  memberKey,
  parseCheck,
  parseEjection,
  parseMember,
  type StoredCheck,
} from "./fleet_layout.ts";
import type { KvConnection } from "./kv_connection.ts";
import type { Kv } from "./kv_document.ts";
import { leaseFrom } from "./kv_bucket.ts";
import { watchKey } from "./kv_watch.ts";

/** What a round of checks found counts for so long: ten rounds of a minute each. */
export const CHECK_LIFE_MS = 600_000;

/** An atomic commit ends at 1000 mutations. */
const MOST_PER_COMMIT = 500;

export class DenoFleetStore implements FleetStore {
  readonly #connection: KvConnection;
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(connection: KvConnection, now: () => number) {
    this.#connection = connection;
    this.#now = now;
  }

  sync(
    { ejections, status }: FleetReport,
    known: string | null,
  ): Promise<FleetState | "unchanged" | FleetFailure> {
    return this.#trying(async (kv) => {
      await this.#share(kv, ejections);
      if (status !== null) await this.#tell(kv, status);
      // Before the entries: what is written in between is read now, and again with the next look.
      const version = (await kv.get(CHANGE_KEY)).versionstamp ?? "";
      return version === known ? "unchanged" : await this.#read(kv, version);
    });
  }

  drain(cluster: string, drained: boolean): Promise<FleetFailure | null> {
    return this.#trying(async (kv) => {
      const change = kv.atomic().set(CHANGE_KEY, this.#now());
      if (drained) change.set(drainedKey(cluster), true);
      else change.delete(drainedKey(cluster));
      await change.commit();
      return null;
    });
  }

  lease(asks: readonly CapacityAsk[]): Promise<readonly CapacityGrant[] | FleetFailure> {
    return this.#trying(async (kv) => {
      const grants = await Promise.all(asks.map((ask) => leaseFrom(kv, ask, this.#now)));
      return grants.filter((grant) => grant !== null);
    });
  }

  /** Expired entries may be there for a while: Deno KV deletes them when it likes. */
  members(): Promise<readonly HeardStatus[] | FleetFailure> {
    return this.#trying(async (kv) => {
      const members = await entries(kv, MEMBER_PREFIX, parseMember);
      const nowMs = this.#now();
      return members.filter(({ seenAt }) => nowMs - Date.parse(seenAt) < STATUS_LIFE_MS);
    });
  }

  /** A member has stopped: others need not wait until its status expires. */
  leave(id: string): Promise<FleetFailure | null> {
    return this.#trying(async (kv) => {
      await kv.atomic().delete(memberKey(id)).commit();
      return null;
    });
  }

  /** On a local file this sees the changes of its own process only. */
  watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    return watchKey(this.#connection, CHANGE_KEY, onChange, signal);
  }

  /** What rounds of checks have found, as far as it still counts. */
  readChecks(): Promise<readonly CheckMemory[] | FleetFailure> {
    return this.#trying((kv) => this.#checks(kv));
  }

  /** Puts what a round has found in the place of what the last one had. */
  writeChecks(found: readonly CheckMemory[]): Promise<FleetFailure | null> {
    return this.#trying(async (kv) => {
      const before = new Map((await this.#checks(kv)).map((one) => [keyOf(one), one] as const));
      const kept = new Set(found.map(keyOf));
      const gone = [...before.values()].filter((one) => !kept.has(keyOf(one)));
      const atMs = this.#now();
      await inCommits(kv, [
        ...gone.map(({ cluster, origin }): Step => (commit) =>
          commit.delete(checkKey(cluster, origin))
        ),
        ...found.map(({ cluster, origin, verdict, streak, dueMs }): Step => (commit) => {
          const stored: StoredCheck = { verdict, streak, dueMs, atMs };
          return commit.set(checkKey(cluster, origin), stored, { expireIn: CHECK_LIFE_MS });
        }),
      ]);
      const isNew = found.some((one) => before.get(keyOf(one))?.verdict !== one.verdict);
      if (isNew || gone.length > 0) await kv.atomic().set(CHANGE_KEY, atMs).commit();
      return null;
    });
  }

  async #share(kv: Kv, ejections: readonly SharedEjection[]): Promise<void> {
    if (ejections.length === 0) return;
    const nowMs = this.#now();
    await inCommits(
      kv,
      ejections.map(({ cluster, origin, untilMs }): Step => (commit) =>
        commit.set(ejectionKey(cluster, origin), untilMs, {
          expireIn: Math.max(1, untilMs - nowMs),
        })
      ),
    );
    await kv.atomic().set(CHANGE_KEY, nowMs).commit();
  }

  async #tell(kv: Kv, { id, ...status }: MemberStatus): Promise<void> {
    const seenAt = new Date(this.#now()).toISOString();
    const key = memberKey(id);
    await kv.atomic().set(key, { ...status, seenAt }, { expireIn: STATUS_LIFE_MS }).commit();
  }

  async #read(kv: Kv, version: string): Promise<FleetState> {
    const nowMs = this.#now();
    const [drained, ejections, verdicts] = await Promise.all([
      entries(kv, DRAINED_PREFIX, ({ key }) => String(key.at(-1))),
      entries(kv, EJECTION_PREFIX, parseEjection),
      this.#checks(kv),
    ]);
    return {
      version,
      drained,
      ejections: ejections.filter(({ untilMs }) => nowMs < untilMs),
      verdicts: verdicts.map(({ cluster, origin, verdict }) => ({ cluster, origin, verdict })),
    };
  }

  /** Expired entries may be there for a while: Deno KV deletes them when it likes. */
  async #checks(kv: Kv): Promise<CheckMemory[]> {
    const checks = await entries(kv, CHECK_PREFIX, parseCheck);
    const nowMs = this.#now();
    return checks.filter(({ atMs }) => nowMs < atMs + CHECK_LIFE_MS)
      .map(({ atMs: _, ...memory }) => memory);
  }

  async #trying<T>(work: (kv: Kv) => Promise<T>): Promise<T | FleetFailure> {
    try {
      return await this.#connection.using(work);
    } catch (error) {
      return { failure: error instanceof Error ? error.message : String(error) };
    }
  }
}

type Step = (commit: Deno.AtomicOperation) => Deno.AtomicOperation;

async function inCommits(kv: Kv, steps: readonly Step[]): Promise<void> {
  for (let first = 0; first < steps.length; first += MOST_PER_COMMIT) {
    const commit = kv.atomic();
    for (const step of steps.slice(first, first + MOST_PER_COMMIT)) step(commit);
    await commit.commit();
  }
}

async function entries<T>(
  kv: Kv,
  prefix: Deno.KvKey,
  parse: (entry: Deno.KvEntry<unknown>) => T | null,
): Promise<T[]> {
  const all = await Array.fromAsync(kv.list<unknown>({ prefix }));
  return all.map(parse).filter((parsed) => parsed !== null);
}

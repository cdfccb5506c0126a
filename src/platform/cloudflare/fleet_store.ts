/** The fleet behind the hub's Durable Object, as one isolate sees it. */
import { Ledger } from "../../capacity/ledger.ts";
import type { CapacityAsk, CapacityGrant } from "../../capacity/lease.ts";
import { inParallel } from "../../check/in_parallel.ts";
import type {
  FleetFailure,
  FleetReport,
  FleetState,
  FleetStore,
  HeardStatus,
  MemberStatus,
} from "../../fleet/port.ts";
import { ask, objectNamed, type ObjectNamespace } from "./durable_object.ts";
import {
  type DrainQuestion,
  type FollowedPolicy,
  HUB_NAME,
  type MembersQuestion,
  type SyncAnswer,
  type SyncQuestion,
} from "./fleet_questions.ts";

export interface DurableFleetStoreOptions {
  readonly hub: ObjectNamespace;
  /** `null`: nobody parts capacities. */
  readonly capacity: ObjectNamespace | null;
  /** What this isolate follows; `null`: no policy yet. */
  readonly policy: () => FollowedPolicy | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The hub's silence means an error after so long, beyond what it was allowed to wait; milliseconds. */
const TIMEOUT_MS = 5_000;

/** How long the hub may wait for news before it answers a watch; milliseconds. */
const WATCH_MS = 20_000;

/** What was heard so long ago may have changed, if nobody watches; milliseconds. */
const STALE_MS = 2_000;

/** After so long a cluster is called busy again, for a hub that may have forgotten; milliseconds. */
const BUSY_AGAIN_MS = 60_000;

/** A watch looks again after news, so often at the most: each is one of its request's subrequests. */
const MOST_LOOKS = 10;

/** Asks for capacity share the connections of the request that they run behind. */
const MOST_LEASES = 2;

/** As long as a gate waits for its answer. */
const LEASE_TIMEOUT_MS = 1_000;

const NOTHING: FleetReport = { ejections: [], busy: [], takenOut: [], status: null };

/**
 * Only plain data outlives a request: each operation puts its own questions. Most syncs put none,
 * because a watch under way brings what is new, and there is nothing to tell.
 */
export class DurableFleetStore implements FleetStore {
  readonly #options: DurableFleetStoreOptions;
  /** As last heard; `null`: nothing that can be relied on. */
  #state: FleetState | null = null;
  #heardMs = -Infinity;
  /** By then, a watch that is under way has brought an answer. */
  #watchedUntilMs = -Infinity;
  /** What the hub knows that this isolate follows. */
  #toldPolicy: string | null = null;
  /** Where there is no binding for capacities, each isolate has them for itself. */
  readonly #own = new Ledger();
  /** This isolate's, as last reported: it goes along with every question. */
  #status: MemberStatus | null = null;
  #toldStatus: string | null = null;
  #toldTurn = 0;
  /** When it was told of each busy cluster. */
  readonly #toldBusy = new Map<string, number>();
  /** Counts questions, so that an answer that was overtaken is known as such. */
  #turns = 0;
  #answeredTurn = 0;

  constructor(options: DurableFleetStoreOptions) {
    this.#options = options;
  }

  async sync(
    report: FleetReport,
    known: string | null,
  ): Promise<FleetState | "unchanged" | FleetFailure> {
    this.#status = report.status ?? this.#status;
    try {
      if (this.#hasNews(report) || this.#isStale()) await this.#look(report, 0);
    } catch (error) {
      return failed(error);
    }
    return this.#state === null || this.#state.version === known ? "unchanged" : this.#state;
  }

  /** Ends by itself after much news, and when the hub can't be reached. Never rejects. */
  async watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    try {
      for (let looks = 0; looks < MOST_LOOKS && !signal.aborted; looks++) {
        const before = this.#state?.version;
        this.#watchedUntilMs = this.#options.now() + WATCH_MS + TIMEOUT_MS;
        await this.#look(NOTHING, WATCH_MS, signal);
        if (this.#state?.version !== before) onChange();
      }
    } catch {
      // Over, or unreachable: a sync finds that out too, and says so.
    }
    this.#watchedUntilMs = -Infinity;
  }

  async drain(cluster: string, drained: boolean): Promise<FleetFailure | null> {
    const turn = ++this.#turns;
    try {
      const question: DrainQuestion = { cluster, drained };
      const state = await ask<FleetState>(this.#hub(), "/drain", question, TIMEOUT_MS);
      this.#take(state, turn);
      return null;
    } catch (error) {
      return failed(error);
    }
  }

  async members(): Promise<readonly HeardStatus[] | FleetFailure> {
    const question: MembersQuestion = {};
    try {
      return await ask<readonly HeardStatus[]>(this.#hub(), "/members", question, TIMEOUT_MS);
    } catch (error) {
      return failed(error);
    }
  }

  async lease(asks: readonly CapacityAsk[]): Promise<readonly CapacityGrant[] | FleetFailure> {
    const { capacity, now } = this.#options;
    if (capacity === null) return asks.map((ask) => this.#own.lease(ask, now()));
    const grants: CapacityGrant[] = [];
    let failure: FleetFailure | null = null;
    await inParallel(asks, MOST_LEASES, async (question) => {
      const ledger = objectNamed(capacity, question.cluster);
      await ask<CapacityGrant>(ledger, "/lease", question, LEASE_TIMEOUT_MS).then(
        (grant) => grants.push(grant),
        (error) => failure = failed(error),
      );
    });
    return grants.length === 0 && failure !== null ? failure : grants;
  }

  #hub(): ReturnType<typeof objectNamed> {
    return objectNamed(this.#options.hub, HUB_NAME);
  }

  #hasNews({ ejections, busy, takenOut }: FleetReport): boolean {
    const nowMs = this.#options.now();
    const isTold = (cluster: string): boolean =>
      nowMs - (this.#toldBusy.get(cluster) ?? -Infinity) < BUSY_AGAIN_MS;
    return ejections.length > 0 || takenOut.length > 0 || !busy.every(isTold) ||
      this.#toldPolicy !== JSON.stringify(this.#options.policy()) ||
      this.#toldStatus !== JSON.stringify(this.#status);
  }

  #isStale(): boolean {
    const nowMs = this.#options.now();
    return this.#state === null ||
      (nowMs >= this.#watchedUntilMs && nowMs - this.#heardMs >= STALE_MS);
  }

  /** @throws when the hub can't be reached */
  async #look(report: FleetReport, waitMs: number, signal?: AbortSignal): Promise<void> {
    const turn = ++this.#turns;
    const policy = this.#options.policy();
    const status = this.#status;
    const known = this.#state?.version ?? null;
    const question: SyncQuestion = { report: { ...report, status }, known, waitMs, policy };
    const hub = this.#hub();
    const answer = await ask<SyncAnswer>(hub, "/sync", question, waitMs + TIMEOUT_MS, signal);
    const nowMs = this.#options.now();
    this.#heardMs = nowMs;
    for (const cluster of report.busy) this.#toldBusy.set(cluster, nowMs);
    if (turn > this.#toldTurn) {
      this.#toldTurn = turn;
      this.#toldPolicy = JSON.stringify(policy);
      this.#toldStatus = JSON.stringify(status);
    }
    if (answer !== "unchanged") this.#take(answer, turn);
  }

  #take(state: FleetState, turn: number): void {
    // Something newer came meanwhile.
    if (turn <= this.#answeredTurn) return;
    this.#answeredTurn = turn;
    this.#state = state;
  }
}

const failed = (error: unknown): FleetFailure => ({
  failure: error instanceof Error ? error.message : String(error),
});

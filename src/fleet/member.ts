/**
 * One isolate's or process's part in the fleet: it tells what it has found, and follows what the
 * others know. No request waits for it.
 */
import type { CapacityGates } from "../capacity/gates.ts";
import { Ledger } from "../capacity/ledger.ts";
import type { Checker } from "../check/checker.ts";
import type { HealthRegistry } from "../health/registry.ts";
import type { Plan } from "../plan/plan.ts";
import { Follower } from "./follower.ts";
import { type Found, Outbox } from "./outbox.ts";
import {
  type FleetFailure,
  type FleetState,
  type FleetStore,
  type HeardStatus,
  isFleetFailure,
  type MemberStatus,
} from "./port.ts";
import { Teller } from "./teller.ts";

export type FleetEvent =
  | { readonly event: "fleet_unreachable"; readonly failure: string }
  | { readonly event: "fleet_recovered" };

export interface FleetMemberOptions {
  /** `null`: this isolate is alone, and what it is told holds here only. */
  readonly store: FleetStore | null;
  readonly registry: HealthRegistry;
  /** The plan in force; `null`: none. */
  readonly plan: () => Plan | null;
  /** Checks endpoints in this isolate; `null`: somebody else does, and the store brings the verdicts. */
  readonly checker: Checker | null;
  readonly gates: Pick<CapacityGates, "nextAskMs" | "asks" | "granted" | "failed">;
  /** Milliseconds between two looks at the store; see `due`. */
  readonly intervalMs: number;
  /** What this isolate says of itself; its `id` stays the same. */
  readonly status: () => MemberStatus;
  /** The fleet is told of a status again after so long, changed or not; milliseconds. */
  readonly statusMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: (event: FleetEvent) => void;
}

export class FleetMember {
  readonly #options: FleetMemberOptions;
  readonly #follower: Follower;
  readonly #outbox = new Outbox();
  readonly #teller: Teller;
  /** Who is alone is a fleet of one, and has each capacity for itself. */
  readonly #own = new Ledger();
  #state: FleetState | null = null;
  /** What the store is told that is known here; `null`: nothing. */
  #version: string | null = null;
  #failure: string | null = null;
  #startedMs = -Infinity;
  /** Counts what is begun, so that an answer that was overtaken is known as such. */
  #turns = 0;
  #appliedTurn = 0;

  constructor(options: FleetMemberOptions) {
    this.#options = options;
    this.#teller = new Teller(options.statusMs);
    const { registry, plan, checker } = options;
    this.#follower = new Follower({
      registry,
      plan,
      ownVerdict: (cluster, origin) => checker?.verdictOf(cluster, origin) ?? "unknown",
    });
  }

  /** Whether the last look at the store began so long ago that it is time for another. */
  due(nowMs: number): boolean {
    return nowMs - this.#startedMs >= this.#options.intervalMs;
  }

  /**
   * Hears what requests have found here: this isolate's own checks know it at once, the fleet with
   * the next sync.
   */
  hear(): void {
    const { registry, checker, store, now } = this.#options;
    const found: Found = {
      ejections: registry.takeEjections(),
      busy: registry.takeBusy(),
      takenOut: registry.takeTakenOut(),
    };
    checker?.busy(found.busy);
    for (const { cluster, origin } of found.takenOut) checker?.takenOut(cluster, origin);
    this.#follower.made(found.ejections);
    this.#follower.tookOut(found.takenOut, now());
    if (store !== null) this.#outbox.add(found);
  }

  /** Whether something was found here that the fleet should hear without delay. */
  get hasNews(): boolean {
    return this.#options.registry.hasNews;
  }

  /** Tells the fleet, and follows it. Never rejects. Concurrent calls are harmless. */
  async sync(): Promise<void> {
    const { store, now } = this.#options;
    this.#startedMs = now();
    this.hear();
    if (store === null) return;
    const found = this.#outbox.take(now());
    const status = this.#teller.take(this.#options.status(), now());
    const turn = ++this.#turns;
    const known = this.#state;
    const result = await store.sync({ ...found, status }, this.#version).catch(failed);
    if (result !== "unchanged" && isFleetFailure(result)) {
      this.#outbox.add(found);
      if (status !== null) this.#teller.failed();
      this.#note(result.failure);
      return;
    }
    this.#note(null);
    const state = result === "unchanged" ? known : result;
    // Something newer was followed meanwhile.
    if (state === null || turn <= this.#appliedTurn) return;
    this.#follow(state, turn);
    this.#version = state.version;
  }

  /**
   * Takes a cluster out of service, or back. Once the store has it, it holds here at once and
   * elsewhere with the next sync.
   */
  async drain(cluster: string, drained: boolean): Promise<FleetFailure | null> {
    const { store } = this.#options;
    const failure = await store?.drain(cluster, drained).catch(failed) ?? null;
    if (failure !== null) return failure;
    const state = this.#state ?? NOTHING;
    const others = state.drained.filter((name) => name !== cluster);
    const names = drained ? [...others, cluster] : others;
    this.#follow({ ...state, drained: names }, ++this.#turns);
    // The next sync brings the whole state, with what others have done meanwhile.
    this.#version = null;
    return null;
  }

  /** What each member says of itself, by group and id; this one's own word is from now. */
  async members(): Promise<readonly HeardStatus[] | FleetFailure> {
    const heard = await this.#options.store?.members().catch(failed) ?? [];
    if (isFleetFailure(heard)) return heard;
    const own = this.ownStatus;
    return [...heard.filter(({ id }) => id !== own.id), own].sort((a, b) =>
      compare(a.group, b.group) || compare(a.id, b.id)
    );
  }

  /** What this isolate says of itself now. */
  get ownStatus(): HeardStatus {
    const { status, now } = this.#options;
    return { ...status(), seenAt: new Date(now()).toISOString() };
  }

  /** Whether `lease` has something to ask for. */
  leaseDue(nowMs: number): boolean {
    return nowMs >= this.#options.gates.nextAskMs();
  }

  /**
   * Asks for this isolate's parts of capacities. Never rejects: a store that can't be reached is
   * noted by `sync`, and the gates get by with what they have.
   */
  async lease(): Promise<void> {
    const { store, gates, now } = this.#options;
    const asks = gates.asks(now());
    if (asks.length === 0) return;
    const grants = store === null
      ? asks.map((ask) => this.#own.lease(ask, now()))
      : await store.lease(asks).catch(failed);
    if ("failure" in grants) gates.failed(asks, now());
    else gates.granted(asks, grants, now());
  }

  #follow(state: FleetState, turn: number): void {
    this.#appliedTurn = turn;
    this.#state = state;
    this.#follower.apply(state, this.#options.now());
  }

  /** Logs a failure when it begins and when it ends, not at every sync in between. */
  #note(failure: string | null): void {
    const before = this.#failure;
    this.#failure = failure;
    const { log } = this.#options;
    if (failure !== null && before === null) log({ event: "fleet_unreachable", failure });
    if (failure === null && before !== null) log({ event: "fleet_recovered" });
  }
}

const NOTHING: FleetState = { version: "", drained: [], ejections: [], verdicts: [] };

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0;

/** The port promises not to reject; a member's promise not to must not hang on it. */
const failed = (error: unknown): FleetFailure => ({
  failure: error instanceof Error ? error.message : String(error),
});

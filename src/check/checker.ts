/**
 * Active health checks, running: who is checked when, and what the answers make of it. It has no
 * timer of its own: whoever owns it calls `runDue` when `nextDueMs` has come.
 */
import {
  checked,
  checkResult,
  type CheckState,
  endsEjection,
  firstWaitMs,
  nextWaitMs,
  takenOut,
  UNCHECKED,
  type Verdict,
} from "../health/active_check.ts";
import type { Plan } from "../plan/plan.ts";
import type { HealthCheckPlan } from "../plan/resilience.ts";
import { inParallel } from "./in_parallel.ts";
import { type CheckHeaders, type CheckTarget, headersOf, identityOf, keyOf } from "./target.ts";
import { targetOf } from "./target.ts";

/** The part of an answer that a check is judged by. */
export interface CheckAnswer {
  readonly status: number;
  /** `null` if absent; a name in lower case. */
  header(name: string): string | null;
}

/** Sends one check and drops the answer's body. @returns `null`: no answer in time or at all */
export type SendCheck = (target: CheckTarget, headers: CheckHeaders) => Promise<CheckAnswer | null>;

export interface CheckerOptions {
  readonly send: SendCheck;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** A secret's value by name; `null` if it is not set. */
  readonly secret: (name: string) => string | null;
  /**
   * Called after every check and every `takenOut`, whether or not the verdict is a new one, and with
   * "unknown" for an endpoint that is not checked any more.
   */
  readonly onVerdict: (
    cluster: string,
    origin: string,
    verdict: Verdict,
    state: CheckState,
  ) => void;
  /** Called after a check that ends an ejection by outlier detection (`endsEjection`). */
  readonly onWell?: (cluster: string, origin: string) => void;
  /** Checks under way at any moment in one call of `runDue`; no limit unless set. */
  readonly concurrency?: number;
}

/** One endpoint's part of a checker's memory, for those who forget between checks. */
export interface CheckMemory extends CheckState {
  readonly cluster: string;
  readonly origin: string;
  /** When the next check is due, milliseconds since the epoch. */
  readonly dueMs: number;
}

interface Watched {
  readonly target: CheckTarget;
  readonly plan: HealthCheckPlan;
  readonly identity: string;
  state: CheckState;
  dueMs: number;
  /** A check is under way. */
  running: boolean;
}

export class Checker {
  readonly #options: CheckerOptions;
  #watched = new Map<string, Watched>();
  /** Names of clusters that have had requests. */
  #busy = new Set<string>();

  constructor(options: CheckerOptions) {
    this.#options = options;
  }

  /**
   * Checks this plan's endpoints from now on. One that stays, with the same check, keeps its state;
   * of one that is not checked any more nothing is known.
   */
  adopt(plan: Plan): void {
    const { now, random } = this.#options;
    const watched = new Map<string, Watched>();
    for (const cluster of plan.clusters) {
      const check = cluster.healthCheck;
      if (check === null) continue;
      for (const endpoint of cluster.endpoints) {
        const target = targetOf(cluster, endpoint, check);
        const identity = identityOf(target, check);
        const key = keyOf(cluster.name, endpoint.origin);
        const before = this.#watched.get(key);
        const dueMs = now() + firstWaitMs(check, random());
        const fresh = { target, plan: check, identity, state: UNCHECKED, dueMs, running: false };
        watched.set(key, before?.identity === identity ? before : fresh);
      }
    }
    const dropped = [...this.#watched].filter(([key]) => !watched.has(key));
    this.#watched = watched;
    for (const [, { target: { cluster, origin } }] of dropped) {
      this.#options.onVerdict(cluster, origin, UNCHECKED.verdict, UNCHECKED);
    }
    const names = new Set(plan.clusters.map(({ name }) => name));
    this.#busy = new Set([...this.#busy].filter((name) => names.has(name)));
  }

  /** When `runDue` has something to do, milliseconds since the epoch. `Infinity`: nothing to wait for. */
  nextDueMs(): number {
    let next = Infinity;
    for (const { running, dueMs } of this.#watched.values()) {
      if (!running && dueMs < next) next = dueMs;
    }
    return next;
  }

  /** Runs all checks that are due now. Never rejects. One that is still under way is not begun again. */
  async runDue(): Promise<void> {
    const nowMs = this.#options.now();
    await this.#run([...this.#watched.values()].filter(({ dueMs }) => dueMs <= nowMs));
  }

  /** Runs every check, due or not. Never rejects. */
  async runAll(): Promise<void> {
    await this.#run([...this.#watched.values()]);
  }

  /** These clusters have had requests: they are checked at the normal interval from now on. */
  busy(clusters: Iterable<string>): void {
    const { now, random } = this.#options;
    for (const name of clusters) {
      if (this.#busy.has(name)) continue;
      this.#busy.add(name);
      for (const watched of this.#watched.values()) {
        if (watched.target.cluster !== name) continue;
        const sooner = now() + nextWaitMs(watched.plan, true, random);
        watched.dueMs = Math.min(watched.dueMs, sooner);
      }
    }
  }

  /** An answer to a client said that its endpoint is out. Of an endpoint that is not checked: nothing. */
  takenOut(cluster: string, origin: string): void {
    const watched = this.#watched.get(keyOf(cluster, origin));
    if (watched !== undefined) this.#settle(watched, takenOut());
  }

  /** "unknown" also where nothing is checked. */
  verdictOf(cluster: string, origin: string): Verdict {
    return this.#watched.get(keyOf(cluster, origin))?.state.verdict ?? "unknown";
  }

  /** What a later checker can go on with. */
  memory(): readonly CheckMemory[] {
    return [...this.#watched.values()].map(({ target: { cluster, origin }, state, dueMs }) => ({
      cluster,
      origin,
      dueMs,
      ...state,
    }));
  }

  /** Goes on where `memory` was taken; after `adopt`. What is not checked any more is passed over. */
  recall(memory: readonly CheckMemory[]): void {
    for (const { cluster, origin, verdict, streak, dueMs } of memory) {
      const watched = this.#watched.get(keyOf(cluster, origin));
      if (watched === undefined) continue;
      watched.state = { verdict, streak };
      watched.dueMs = dueMs;
    }
  }

  async #run(wanted: readonly Watched[]): Promise<void> {
    const { concurrency = Infinity } = this.#options;
    const idle = wanted.filter(({ running }) => !running);
    for (const watched of idle) watched.running = true;
    await inParallel(idle, concurrency, (watched) => this.#check(watched));
  }

  async #check(watched: Watched): Promise<void> {
    const { send, secret, now, random, onWell } = this.#options;
    const { target, plan } = watched;
    const { cluster, origin } = target;
    const answer = await send(target, headersOf(plan, secret)).catch(() => null);
    watched.running = false;
    watched.dueMs = now() + nextWaitMs(plan, this.#busy.has(cluster), random);
    // The policy has changed since: nobody asked about this endpoint in this way.
    if (this.#watched.get(keyOf(cluster, origin)) !== watched) return;
    const result = checkResult(answer, plan.expect);
    this.#settle(watched, checked(watched.state, result, plan));
    if (endsEjection(watched.state, result)) onWell?.(cluster, origin);
  }

  #settle(watched: Watched, state: CheckState): void {
    watched.state = state;
    const { cluster, origin } = watched.target;
    this.#options.onVerdict(cluster, origin, state.verdict, state);
  }
}

/**
 * Checks endpoints from one place and votes on them, in turns: whoever owns it gives it one
 * whenever the time has come that it asked for. Between two turns it may lose all but its memory.
 */
import { Checker, type CheckMemory, type SendCheck } from "../check/checker.ts";
import type { CheckState } from "../health/active_check.ts";
import type { Plan } from "../plan/plan.ts";
import { keyOf } from "./endpoint_key.ts";
import type { Ballot, Notice } from "./hub.ts";
import { VOTE_EVERY_MS } from "./tallies.ts";

export interface ProberOptions {
  /** Where this is: one name for each prober. */
  readonly place: string;
  readonly send: SendCheck;
  /** A secret's value by name; `null` if it is not set. */
  readonly secret: (name: string) => string | null;
  /** Looks for the policy in force. Never rejects. `null`: there is none. */
  readonly look: () => Promise<Plan | null>;
  /** Milliseconds between two looks. */
  readonly lookEveryMs: number;
  /** Tells the hub. Never rejects. @returns `null`: it could not be told */
  readonly vote: (ballot: Ballot) => Promise<Notice | null>;
  /** Keeps this for the prober that comes after this one. Must not throw. */
  readonly remember: (memory: readonly CheckMemory[]) => void;
  /** Asks for a turn at `atMs`, milliseconds since the epoch, and for no other; `null`: for none at all. */
  readonly wakeAt: (atMs: number | null) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Turns are at least so far apart, in milliseconds: each is an alarm, and alarms have their price. */
const TURN_EVERY_MS = 250;

/**
 * Somebody who wants checks may know a newer policy than is to be seen here: for so long, in
 * milliseconds, this goes on looking for it. Workers KV takes "60 s or more".
 */
const LOOK_FOR_MS = 120_000;

/** After a vote that did not arrive, the next one waits so long, in milliseconds. */
const VOTE_AGAIN_MS = 1_000;

export class Prober {
  readonly #options: ProberOptions;
  readonly #checker: Checker;
  #memory: readonly CheckMemory[];
  #plan: Plan | null = null;
  readonly #notices: Notice[] = [];
  #lookDueMs = -Infinity;
  #looksUntilMs = -Infinity;
  #armedMs = Infinity;
  /** What checks made of each endpoint last, by its key. */
  #states = new Map<string, CheckState>();
  /** Some state is not remembered yet. */
  #isUnsaved = false;
  /** Some verdict is another than the last vote said. */
  #isNews = false;
  #isVoting = false;
  #voteDueMs = -Infinity;
  #voteAgainMs = -Infinity;
  /** Keys of endpoints that outlier detection has ejected. */
  #ejected = new Map<string, { readonly cluster: string; readonly origin: string }>();
  /** Those of them that a check has found well, until a vote has said so. */
  readonly #well = new Set<string>();

  /** @param memory what the prober before this one asked to be kept */
  constructor(options: ProberOptions, memory: readonly CheckMemory[]) {
    this.#options = options;
    this.#memory = memory;
    const { send, secret, now, random } = options;
    this.#checker = new Checker({
      send,
      secret,
      now,
      random,
      onVerdict: (cluster, origin, _verdict, state) =>
        this.#checked(keyOf({ cluster, origin }), state),
      onWell: (cluster, origin) => this.#foundWell(keyOf({ cluster, origin })),
    });
  }

  /** Takes what the hub says, and asks for a turn at once: it looks for the policy, and answers. */
  hear(notice: Notice): void {
    this.#notices.push(notice);
    this.#lookDueMs = -Infinity;
    this.#voteDueMs = -Infinity;
    this.#armedMs = this.#options.now();
    this.#looksUntilMs = this.#armedMs + LOOK_FOR_MS;
    this.#options.wakeAt(this.#armedMs);
  }

  /**
   * Does what is due, and asks for the next turn. It does not wait for checks: they ask by
   * themselves, and vote if there is news.
   */
  async turn(): Promise<void> {
    const { look, lookEveryMs, now, wakeAt } = this.#options;
    this.#armedMs = Infinity;
    if (now() >= this.#lookDueMs) {
      this.#lookDueMs = now() + lookEveryMs;
      this.#adopt(await look());
    }
    for (const notice of this.#notices.splice(0)) this.#heed(notice);
    if (this.#hasWork()) {
      void this.#checker.runDue().then(() => this.#settle());
      return await this.#settle();
    }
    if (this.#needsVote()) await this.#vote();
    wakeAt(now() < this.#looksUntilMs ? this.#lookDueMs : null);
  }

  #hasWork(): boolean {
    return this.#plan?.clusters.some(({ healthCheck }) => healthCheck !== null) ?? false;
  }

  #adopt(plan: Plan | null): void {
    if (plan === null || plan === this.#plan) return;
    this.#plan = plan;
    this.#checker.adopt(plan);
    this.#checker.recall(this.#memory);
    this.#memory = [];
    this.#states = new Map(this.#checker.memory().map((one) => [keyOf(one), one]));
    this.#isNews = true;
  }

  #heed({ busy, ejected, takenOut }: Notice): void {
    this.#checker.busy(busy);
    for (const { cluster, origin } of takenOut) this.#checker.takenOut(cluster, origin);
    this.#ejected = new Map(ejected.map((name) => [keyOf(name), name]));
    for (const key of this.#well) if (!this.#ejected.has(key)) this.#well.delete(key);
  }

  #checked(key: string, state: CheckState): void {
    const before = this.#states.get(key);
    this.#states.set(key, state);
    if (before?.verdict !== state.verdict) this.#isNews = true;
    if (this.#isNews || before?.streak !== state.streak) this.#isUnsaved = true;
    if (this.#isNews) void this.#settle();
    else this.#arm();
  }

  #foundWell(key: string): void {
    if (!this.#ejected.has(key)) return;
    this.#well.add(key);
    void this.#settle();
  }

  /** Remembers and says what is new, and asks for the next turn. */
  async #settle(): Promise<void> {
    if (this.#isUnsaved) this.#options.remember(this.#checker.memory());
    this.#isUnsaved = false;
    while (this.#needsVote()) await this.#vote();
    this.#arm();
  }

  #needsVote(): boolean {
    const nowMs = this.#options.now();
    if (this.#isVoting || nowMs < this.#voteAgainMs) return false;
    return this.#isNews || this.#well.size > 0 || nowMs >= this.#voteDueMs;
  }

  async #vote(): Promise<void> {
    const { place, now, vote } = this.#options;
    const verdicts = this.#checker.memory()
      .filter(({ verdict }) => verdict !== "unknown")
      .map(({ cluster, origin, verdict }) => ({ cluster, origin, verdict }));
    const well = [...this.#well].flatMap((key) => this.#ejected.get(key) ?? []);
    this.#isVoting = true;
    this.#isNews = false;
    this.#voteDueMs = now() + VOTE_EVERY_MS;
    const notice = await vote({
      from: place,
      revision: this.#plan?.revision ?? null,
      verdicts,
      well,
    });
    this.#isVoting = false;
    if (notice === null) {
      this.#isNews = true;
      this.#voteAgainMs = now() + VOTE_AGAIN_MS;
      return;
    }
    for (const name of well) this.#well.delete(keyOf(name));
    this.#heed(notice);
  }

  #arm(): void {
    const nowMs = this.#options.now();
    const voteMs = this.#isNews ? this.#voteAgainMs : this.#voteDueMs;
    const nextMs = Math.min(this.#checker.nextDueMs(), this.#lookDueMs, voteMs);
    const atMs = Math.max(nextMs, nowMs + TURN_EVERY_MS);
    if (atMs >= this.#armedMs) return;
    this.#armedMs = atMs;
    this.#options.wakeAt(atMs);
  }
}

/** Sees to it that Workers KV gets what the register has accepted, however often that fails. */
import { type StoreFailure, unreachable } from "../port.ts";
import type { Book } from "./book.ts";
import type { Delivery } from "./delivery.ts";
import { delayAfter, isSpread } from "./spread_state.ts";
import { headOf, INSURANCE_MS, spreading } from "./state.ts";

export interface SpreaderOptions {
  readonly book: Book;
  readonly delivery: Delivery;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** What comes of `work`; `null` if that takes longer than `ms` milliseconds. */
  readonly atMost: <T>(ms: number, work: Promise<T>) => Promise<T | null>;
  /** Told of each attempt that failed. */
  readonly onFailure: (failure: StoreFailure) => void;
}

/** How it went for one activation; `null`: KV has it, or a later one. */
export interface Covered {
  readonly spreadFailure: StoreFailure | null;
  readonly lastGoodFailure: StoreFailure | null;
}

interface Outcome extends Covered {
  readonly sweepFailure: StoreFailure | null;
  /** The newest activation that it was about. */
  readonly sequence: number;
}

interface Waiter {
  readonly sequence: number;
  readonly resolve: (covered: Covered) => void;
}

/** Whoever has pushed waits no longer than so; milliseconds. */
const PATIENCE_MS = 5_000;

const LATE: Covered = {
  spreadFailure: {
    code: "unreachable",
    message: "Workers KV does not have it so far; the register goes on trying",
  },
  lastGoodFailure: null,
};

export class Spreader {
  readonly #options: SpreaderOptions;
  #running: Promise<void> | null = null;
  /** Something was accepted since the attempt under way began. */
  #again = false;
  #waiting: Waiter[] = [];

  constructor(options: SpreaderOptions) {
    this.#options = options;
  }

  /** Resolves when KV has what was accepted as `sequence`, or could not be given it in time. */
  async covered(sequence: number): Promise<Covered> {
    const covered = new Promise<Covered>((resolve) => this.#waiting.push({ sequence, resolve }));
    void this.run();
    return await this.#options.atMost(PATIENCE_MS, covered) ?? LATE;
  }

  /** Spreads until all is done or an attempt fails. Never rejects. */
  run(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#loop();
    return this.#running;
  }

  async #loop(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const outcome = await this.#attempt();
      const { sequence, spreadFailure, lastGoodFailure, sweepFailure } = outcome;
      const failure = spreadFailure ?? lastGoodFailure ?? sweepFailure;
      if (failure !== null) this.#options.onFailure(failure);
      await this.#schedule(failure !== null);
      const waiting = this.#waiting;
      this.#waiting = waiting.filter((waiter) => waiter.sequence > sequence);
      for (const waiter of waiting) if (waiter.sequence <= sequence) waiter.resolve(outcome);
    }
    // In the same breath as the last look at `#again`: nobody asks in between.
    this.#running = null;
  }

  /** What is active comes after its place in the history, so that it is never missing from that. */
  async #attempt(): Promise<Outcome> {
    const { book, delivery } = this.#options;
    const done = { sequence: 0, spreadFailure: null, lastGoodFailure: null, sweepFailure: null };
    try {
      const state = await book.read();
      const head = headOf(state);
      if (head === null) return done;
      const of = { ...done, sequence: head.sequence };
      const spreadFailure = await delivery.enter(state) ?? await delivery.show(head);
      if (spreadFailure !== null) return { ...of, spreadFailure };
      const lastGoodFailure = await delivery.keep(head, state.spread);
      return { ...of, lastGoodFailure, sweepFailure: await delivery.sweep(state) };
    } catch (error) {
      const { code, message } = unreachable(error);
      const spreadFailure = { code, message: `The register's storage failed: ${message}` };
      return { ...done, sequence: Infinity, spreadFailure };
    }
  }

  /** When to go on. If even that can't be stored, the alarm that was set before stands. */
  async #schedule(hasFailed: boolean): Promise<void> {
    const { book, now } = this.#options;
    await book.update((state) => {
      const failures = hasFailed ? state.spread.failures + 1 : 0;
      const rest = isSpread(state.spread, headOf(state)?.sequence ?? 0) ? null : INSURANCE_MS;
      const inMs = hasFailed ? delayAfter(failures) : rest;
      const { state: next, change } = spreading(state, { ...state.spread, failures });
      const wakeAtMs = inMs === null ? null : now() + inMs;
      return { step: { state: next, change: { ...change, wakeAtMs } }, result: undefined };
    }).catch(() => {});
  }
}

/** A clock that tests turn by hand. */

/** Lets everything run that waits for nothing but other code. */
export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

export class FakeClock {
  nowMs: number;
  readonly #timers = new Set<Timer>();

  constructor(nowMs = 1_000_000) {
    this.nowMs = nowMs;
  }

  /** Timers that are set and not yet over. */
  get pending(): number {
    return this.#timers.size;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.nowMs + ms, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Lets `ms` pass: timers go off at their times, in order, and what they set off runs in between. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    await settle();
    while (true) {
      const due = [...this.#timers].filter(({ atMs }) => atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.nowMs = Math.max(this.nowMs, due.atMs);
      due.callback();
      await settle();
    }
    this.nowMs = untilMs;
  }
}

/** Runs `test` while the runtime's own timers are those of a clock turned by hand. */
export async function withFakeTimers(test: (clock: FakeClock) => Promise<void>): Promise<void> {
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
  const clock = new FakeClock();
  const cancels = new Map<number, () => void>();
  const clear = (id?: number): void => {
    cancels.get(id ?? -1)?.();
    cancels.delete(id ?? -1);
  };
  let ids = 0;
  const fakes = {
    // What `settle` needs stays real.
    setTimeout: (callback: () => void, ms = 0): number => {
      if (ms === 0) return setTimeout(callback, 0) as unknown as number;
      cancels.set(++ids, clock.after(ms, callback));
      return ids;
    },
    setInterval: (callback: () => void, ms: number): number => {
      const id = ++ids;
      const again = (): void => {
        cancels.set(id, clock.after(ms, again));
        callback();
      };
      cancels.set(id, clock.after(ms, again));
      return id;
    },
    clearTimeout: clear,
    clearInterval: clear,
  };
  Object.assign(globalThis, fakes);
  try {
    await test(clock);
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval });
  }
}

/** Sends the tries of one request side by side where one takes long: see `hedge.ts` for the rules. */
import type { Fault } from "../model/fault.ts";
import type { HedgePlan } from "../plan/resilience.ts";
import type { Attempt, Attempts } from "./attempts.ts";
import { finish, gone } from "./finish.ts";
import type { Forwarded } from "./forwarding.ts";
import {
  firstTry,
  hedged,
  hedgeDueMs,
  hedgeRefused,
  type Next,
  retryRefused,
  retrySent,
  tryEnded,
} from "./hedge.ts";
import type { Tried } from "./try.ts";

/** What the tries wait for. */
type Event =
  | {
    readonly what: "ended";
    readonly number: number;
    readonly attempt: Attempt;
    readonly tried: Tried;
  }
  /** The latest try has taken so long that it may get another beside it. */
  | { readonly what: "slow" }
  /** A retry has waited long enough. */
  | { readonly what: "ready"; readonly attempt: Attempt };

/** The first try, under way. */
interface Running {
  readonly attempt: Attempt;
  readonly sent: Promise<Tried>;
  readonly giveUp: () => void;
}

/** For bodies that may be opened more than once at a time, and methods that may be repeated. */
export async function hedgedTries(
  attempt: Attempt,
  attempts: Attempts,
  hedge: HedgePlan,
): Promise<Forwarded | Fault> {
  let giveUp = (): void => {};
  const sent = attempts.send(attempt, attempts.body.open(), (give) => giveUp = give);
  const early = await endedWithin(hedge.afterMs, sent, attempts);
  // Almost always: what keeps several tries in order is not even set up.
  if (early?.kind === "answer" && !attempts.isRetriable(early)) {
    attempt.leave();
    return await finish(early, attempt.choice, attempts);
  }
  return await sideBySide({ attempt, sent, giveUp }, early === null, attempts, hedge);
}

/** @returns `null` if it takes longer */
function endedWithin(
  ms: number,
  sent: Promise<Tried>,
  { forwarding: { platform } }: Attempts,
): Promise<Tried | null> {
  return new Promise((resolve) => {
    const cancel = platform.after(ms, () => resolve(null));
    void sent.then((tried) => {
      cancel();
      resolve(tried);
    });
  });
}

async function sideBySide(
  first: Running,
  isSlow: boolean,
  attempts: Attempts,
  hedge: HedgePlan,
): Promise<Forwarded | Fault> {
  const { platform, route: { retry } } = attempts.forwarding;
  const events = new Mailbox<Event>();
  /** By number: what gives up a try in flight, or a retry that waits. */
  const live = new Map<number, () => void>();
  let tries = firstTry(retry.attempts, hedge);
  let cancelHedge = (): void => {};

  const watch = (): void => {
    cancelHedge();
    const nowMs = platform.now();
    const dueMs = hedgeDueMs(tries, nowMs, hedge);
    cancelHedge = dueMs === Infinity
      ? (): void => {}
      : platform.after(dueMs - nowMs, () => events.post({ what: "slow" }));
  };
  const listen = (number: number, { attempt, sent, giveUp }: Running): void => {
    live.set(number, giveUp);
    void sent.then((tried) => {
      attempt.leave();
      live.delete(number);
      events.post({ what: "ended", number, attempt, tried });
    });
  };
  const start = (number: number, attempt: Attempt): void => {
    let giveUp = (): void => {};
    const sent = attempts.send(attempt, attempts.body.open(), (give) => giveUp = give);
    listen(number, { attempt, sent, giveUp });
    watch();
  };
  const wait = (number: number, attempt: Attempt): void => {
    const cancel = platform.after(
      attempt.waitMs,
      () => events.post({ what: "ready", attempt }),
    );
    live.set(number, () => {
      cancel();
      attempt.leave();
    });
  };

  listen(1, first);
  if (isSlow) events.post({ what: "slow" });
  try {
    while (true) {
      const event = await events.next();
      if (event.what === "ready") {
        tries = retrySent(tries);
        start(tries.latest, event.attempt);
        continue;
      }
      if (event.what === "slow") {
        // It may have been on its way when a try ended; and the first one asks nobody before.
        if (hedgeDueMs(tries, platform.now(), hedge) === Infinity) continue;
        const beside = attempts.next(null);
        tries = beside === null ? hedgeRefused(tries) : hedged(tries);
        if (beside === null) watch();
        else start(tries.latest, beside);
        continue;
      }
      const { tried, number, attempt } = event;
      if (tried.kind === "given-up") return gone();
      const retriable = attempts.isRetriable(tried);
      const end = retriable ? "retriable" : tried.kind === "answer" ? "good" : "lost";
      let next: Next = tryEnded(tries, number, end);
      if (next.next === "retry") {
        const again = attempts.next(tried);
        if (again === null) next = retryRefused(next.tries);
        else wait(next.tries.latest, again);
      }
      if (next.next === "finish") return await finish(tried, attempt.choice, attempts);
      if (tried.kind === "answer") tried.answer.discard();
      tries = next.tries;
      // A try that was replaced has ended: the latest one's time runs on.
      if (number === tries.latest || next.next === "retry") watch();
    }
  } finally {
    cancelHedge();
    for (const giveUp of live.values()) giveUp();
    events.close(({ tried }) => tried?.kind === "answer" && tried.answer.discard());
  }
}

/** Events in the order in which they come, for one reader. */
class Mailbox<T extends { readonly what: string }> {
  readonly #waiting: T[] = [];
  #wake: ((event: T) => void) | null = null;
  #unread: ((event: T) => void) | null = null;

  post(event: T): void {
    if (this.#unread !== null) return this.#unread(event);
    const wake = this.#wake;
    this.#wake = null;
    if (wake === null) this.#waiting.push(event);
    else wake(event);
  }

  next(): Promise<T> {
    const event = this.#waiting.shift();
    if (event !== undefined) return Promise.resolve(event);
    return new Promise((resolve) => this.#wake = resolve);
  }

  /** Nobody reads any more: what is there and what still comes goes to `unread`. */
  close(unread: (event: T & { readonly tried?: Tried }) => void): void {
    this.#unread = unread;
    for (const event of this.#waiting.splice(0)) unread(event);
  }
}

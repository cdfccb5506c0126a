/**
 * How the tries of one request follow one another where some run side by side
 * (Envoy `hedge_on_per_try_timeout`, by a wait of its own): a try that takes
 * long gets another one beside it, and the first good answer wins. Hedges are
 * retries that did not wait for a failure: both use up the same attempts.
 *
 * Only the latest try is ever hedged or retried; those before it have been
 * replaced and are merely listened to.
 */
import type { HedgePlan } from "../plan/resilience.ts";

/** Where a request's tries stand. Each step gives the next state. */
export interface Tries {
  /** Number of the latest try; 1 is the first. */
  readonly latest: number;
  /** Tries in flight, and a retry that waits for its back-off. */
  readonly live: number;
  /** The latest is in flight: it has not failed, and is no retry that still waits. */
  readonly latestInFlight: boolean;
  /** Further tries that are allowed, of whatever kind. */
  readonly attemptsLeft: number;
  /** Of these, how many may be hedges. */
  readonly hedgesLeft: number;
}

/**
 * The first try is in flight.
 *
 * @param attempts further tries that the route allows
 * @param hedge `null` where the route does not hedge or the request must not be sent twice at a
 *   time: its method is not idempotent, or its body can't be replayed
 */
export const firstTry = (attempts: number, hedge: HedgePlan | null): Tries => ({
  latest: 1,
  live: 1,
  latestInFlight: true,
  attemptsLeft: attempts,
  hedgesLeft: hedge?.max ?? 0,
});

/**
 * When to start another try beside the latest one.
 *
 * @param latestStartedMs when the latest was sent, or its last hedge refused
 * @returns in the unit of `latestStartedMs`, milliseconds; infinite: never
 */
export function hedgeDueMs(tries: Tries, latestStartedMs: number, hedge: HedgePlan): number {
  const allowed = tries.latestInFlight && tries.attemptsLeft > 0 && tries.hedgesLeft > 0;
  return allowed ? latestStartedMs + hedge.afterMs : Infinity;
}

/** A hedge was sent. */
export const hedged = (tries: Tries): Tries => ({
  latest: tries.latest + 1,
  live: tries.live + 1,
  latestInFlight: true,
  attemptsLeft: tries.attemptsLeft - 1,
  hedgesLeft: tries.hedgesLeft - 1,
});

/** A hedge was due, but the circuit breaker refused it. The attempt is used up all the same (Envoy). */
export const hedgeRefused = (tries: Tries): Tries => ({
  ...tries,
  attemptsLeft: tries.attemptsLeft - 1,
  hedgesLeft: tries.hedgesLeft - 1,
});

/** How a try ended, as far as the others are concerned. */
export type TryEnd =
  /** An answer that the client should have. */
  | "good"
  /** Worth another try, by the route's conditions. */
  | "retriable"
  /** No answer, and nothing that the route tries again for. */
  | "lost";

export type Next =
  /** The client gets what this try brought; all others are given up. */
  | { readonly next: "finish" }
  /** Forget it: others are under way. */
  | { readonly next: "drop"; readonly tries: Tries }
  /** Try again after a back-off, if the circuit breaker lets it in. */
  | { readonly next: "retry"; readonly tries: Tries };

/** @param number of the try that ended, 1 for the first */
export function tryEnded(tries: Tries, number: number, end: TryEnd): Next {
  if (end === "good") return { next: "finish" };
  const isLatest = number === tries.latest;
  if (end === "retriable" && isLatest && tries.attemptsLeft > 0) {
    const attemptsLeft = tries.attemptsLeft - 1;
    const latest = tries.latest + 1;
    return { next: "retry", tries: { ...tries, latest, latestInFlight: false, attemptsLeft } };
  }
  return without(tries, isLatest);
}

/** The retry that waited is sent. */
export const retrySent = (tries: Tries): Tries => ({ ...tries, latestInFlight: true });

/** The circuit breaker refused the retry: what the try before it brought is all there is, unless others run. */
export const retryRefused = (tries: Tries): Next => without(tries, true);

/** One live try fewer. */
function without(tries: Tries, wasLatest: boolean): Next {
  if (tries.live === 1) return { next: "finish" };
  const latestInFlight = tries.latestInFlight && !wasLatest;
  return { next: "drop", tries: { ...tries, live: tries.live - 1, latestInFlight } };
}

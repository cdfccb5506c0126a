/**
 * One verdict out of several: endpoints are checked from more than one place,
 * so that one place's bad path to an endpoint does not take it out for all.
 */
import type { Verdict } from "./active_check.ts";

/** What one vantage point last said of one endpoint. */
export interface Vote {
  /** Name of the vantage point: it has one vote. */
  readonly from: string;
  readonly verdict: Verdict;
  /** When it was cast, milliseconds since the epoch. */
  readonly atMs: number;
  /** From then on it counts no more. */
  readonly untilMs: number;
}

/** Checks that a vantage point may miss before its vote expires: it has three chances to renew it. */
const CHANCES = 3;

/**
 * How long a vote counts.
 *
 * @param waitMs until this vantage point's next check
 * @param timeoutMs how long that check may take
 * @returns milliseconds since the epoch, for `untilMs`
 */
export const voteUntilMs = (atMs: number, waitMs: number, timeoutMs: number): number =>
  atMs + CHANCES * (waitMs + timeoutMs);

/**
 * The votes with one more: it takes the place of the same vantage point's
 * earlier one, whatever the order they come in. Expired ones are left out.
 */
export function cast(votes: readonly Vote[], vote: Vote, nowMs: number): Vote[] {
  const later = votes.find((other) => other.from === vote.from && other.atMs > vote.atMs);
  return votes
    .filter((other) => other.from !== vote.from)
    .concat(later ?? vote)
    .filter((other) => counts(other, nowMs));
}

/**
 * The verdict of `vantages` places: the worst that more than half of them agree
 * it is at least as bad as. A silent place, or one whose vote has expired,
 * objects to nothing. An endpoint's own word that it is out needs no majority.
 *
 * @param vantages how many places check, at least 1; not how many have voted
 * @returns `unknown` if there is no vote that counts
 */
export function verdictOf(votes: readonly Vote[], vantages: number, nowMs: number): Verdict {
  const verdicts = votes
    .filter((vote) => vote.verdict !== "unknown" && counts(vote, nowMs))
    .map(({ verdict }) => verdict);
  if (verdicts.length === 0) return "unknown";
  if (verdicts.includes("excluded")) return "excluded";
  const unhealthy = verdicts.filter((verdict) => verdict === "unhealthy").length;
  const degraded = verdicts.filter((verdict) => verdict === "degraded").length;
  if (2 * unhealthy > vantages) return "unhealthy";
  return 2 * (unhealthy + degraded) > vantages ? "degraded" : "healthy";
}

const counts = (vote: Vote, nowMs: number): boolean => nowMs < vote.untilMs;

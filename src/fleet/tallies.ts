/** The votes of probers in several places, and what comes of them. */
import { cast, verdictOf, type Vote, voteUntilMs } from "../health/quorum.ts";
import type { EndpointName } from "../health/registry.ts";
import { keyOf } from "./endpoint_key.ts";
import type { SharedVerdict } from "./port.ts";

/** A prober votes at least so often, in milliseconds, whether or not there is news. */
export const VOTE_EVERY_MS = 10_000;

/** How long a vote may take on its way, in milliseconds. */
export const VOTE_TIMEOUT_MS = 5_000;

interface Tally extends EndpointName {
  readonly votes: readonly Vote[];
}

export class Tallies {
  readonly #vantages: number;
  readonly #tallies = new Map<string, Tally>();

  /** @param vantages how many places check, at least 1: more than half of them decide */
  constructor(vantages: number) {
    this.#vantages = vantages;
  }

  /** Whether there is a vote on this endpoint. */
  has(name: EndpointName): boolean {
    return this.#tallies.has(keyOf(name));
  }

  /**
   * Takes a place's whole word: endpoints that it does not name have no vote of it any more.
   *
   * @returns whether it says anything else than before
   */
  take(from: string, verdicts: readonly SharedVerdict[], nowMs: number): boolean {
    const withdrawn = this.#withdraw(from, new Set(verdicts.map(keyOf)));
    const changes = verdicts.filter((verdict) => this.#cast(from, verdict, nowMs));
    return withdrawn || changes.length > 0;
  }

  /**
   * Sorted by endpoint; those whose every vote has expired are forgotten.
   *
   * @returns also when the first of the votes expires, unless it is renewed
   */
  count(nowMs: number): { readonly verdicts: readonly SharedVerdict[]; readonly untilMs: number } {
    const verdicts: SharedVerdict[] = [];
    let untilMs = Infinity;
    for (const key of [...this.#tallies.keys()].sort()) {
      const { cluster, origin, votes } = this.#tallies.get(key)!;
      const verdict = verdictOf(votes, this.#vantages, nowMs);
      if (verdict === "unknown") this.#tallies.delete(key);
      else verdicts.push({ cluster, origin, verdict });
      const running = votes.map((vote) => vote.untilMs).filter((until) => until > nowMs);
      untilMs = Math.min(untilMs, ...running);
    }
    return { verdicts, untilMs };
  }

  #withdraw(from: string, named: ReadonlySet<string>): boolean {
    let withdrawn = false;
    for (const [key, tally] of this.#tallies) {
      const votes = tally.votes.filter((vote) => vote.from !== from);
      if (named.has(key) || votes.length === tally.votes.length) continue;
      withdrawn = true;
      if (votes.length === 0) this.#tallies.delete(key);
      else this.#tallies.set(key, { ...tally, votes });
    }
    return withdrawn;
  }

  #cast(from: string, { cluster, origin, verdict }: SharedVerdict, nowMs: number): boolean {
    const key = keyOf({ cluster, origin });
    const before = this.#tallies.get(key)?.votes ?? [];
    const untilMs = voteUntilMs(nowMs, VOTE_EVERY_MS, VOTE_TIMEOUT_MS);
    const votes = cast(before, { from, verdict, atMs: nowMs, untilMs }, nowMs);
    this.#tallies.set(key, { cluster, origin, votes });
    return !before.some((vote) => vote.from === from && vote.verdict === verdict);
  }
}

/** The probers of a fleet: who has been heard of, and who has to be told to begin. */
import { VOTE_EVERY_MS } from "./tallies.ts";

/** Probers that were told to begin get so long, in milliseconds, before they are told again. */
const WAKE_EVERY_MS = 2_000;

interface Prober {
  readonly heardMs: number;
  /** Of the policy that it follows; `null`: none. */
  readonly revision: string | null;
}

export class Roster {
  readonly #probers: Map<string, Prober>;
  /** When probers were told to begin, by the revision that isolates followed. */
  readonly #wokenMs = new Map<string, number>();

  /** @param places one prober each */
  constructor(places: readonly string[]) {
    const unheard = { heardMs: -Infinity, revision: null };
    this.#probers = new Map(places.map((place) => [place, unheard]));
  }

  /** @returns `false`: there is no such place */
  heard(place: string, revision: string | null, nowMs: number): boolean {
    if (!this.#probers.has(place)) return false;
    this.#probers.set(place, { heardMs: nowMs, revision });
    return true;
  }

  /**
   * The probers that have to be told to begin: those that have been silent for too long, and those
   * that follow another policy than `revision`, an isolate's. Until a policy has reached them all,
   * isolates differ too, so nobody is told at each report.
   *
   * @param all those as well that do as they should
   */
  wake(revision: string, all: boolean, nowMs: number): readonly string[] {
    for (const [past, atMs] of this.#wokenMs) {
      if (nowMs - atMs >= WAKE_EVERY_MS) this.#wokenMs.delete(past);
    }
    if (!all && this.#wokenMs.has(revision)) return [];
    const woken = [...this.#probers].filter(([, prober]) => {
      const isSilent = nowMs - prober.heardMs >= 2 * VOTE_EVERY_MS;
      return all || isSilent || prober.revision !== revision;
    });
    if (woken.length > 0) this.#wokenMs.set(revision, nowMs);
    return woken.map(([place]) => place);
  }
}

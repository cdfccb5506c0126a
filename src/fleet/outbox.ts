/** What a member has to tell the fleet, kept until a report of it was taken. */
import type { EndpointName } from "../health/registry.ts";
import type { FleetReport, SharedEjection } from "./port.ts";

/** What was found here; a status is told anew instead. */
export type Found = Omit<FleetReport, "status">;

/** As many of each kind are kept at the most while the store takes nothing. */
const MOST_KEPT = 1_000;

export class Outbox {
  #ejections: readonly SharedEjection[] = [];
  #busy: readonly string[] = [];
  #takenOut: readonly EndpointName[] = [];

  /** Puts back, or adds, what is to be told. What is older goes first. */
  add({ ejections, busy, takenOut }: Found): void {
    this.#ejections = [...this.#ejections, ...ejections].slice(-MOST_KEPT);
    this.#busy = [...new Set([...this.#busy, ...busy])].slice(-MOST_KEPT);
    this.#takenOut = [...this.#takenOut, ...takenOut].slice(-MOST_KEPT);
  }

  /** Empties it. Ejections that are over by `nowMs` are no news any more. */
  take(nowMs: number): Found {
    const report = {
      ejections: this.#ejections.filter(({ untilMs }) => nowMs < untilMs),
      busy: this.#busy,
      takenOut: this.#takenOut,
    };
    this.#ejections = [];
    this.#busy = [];
    this.#takenOut = [];
    return report;
  }
}

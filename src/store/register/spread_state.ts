/** How far Workers KV has what the register has accepted. Stored, so that a crash forgets nothing. */
import type { Identity } from "./identity.ts";

export interface Spread {
  /** Every activation up to this sequence is in the history there. */
  readonly entered: number;
  /** The active policy there is this activation's, or a later one's. */
  readonly shown: number;
  /** So is the last good policy. */
  readonly kept: number;
  /** The last activation that was let go of here, and the last one of which nothing is left there. */
  readonly trimmed: number;
  readonly swept: number;
  /** Which activation's policy was last put there, or is just being put. */
  readonly showing: number;
  /** What lay there when that began, the latest last. */
  readonly replaced: readonly Identity[];
  /** From then on, no cached copy shows what was there before; milliseconds since the epoch. */
  readonly settledAtMs: number;
  /** How often in a row it could not be done. */
  readonly failures: number;
}

export const NOTHING_SPREAD: Spread = {
  entered: 0,
  shown: 0,
  kept: 0,
  trimmed: 0,
  swept: 0,
  showing: 0,
  replaced: [],
  settledAtMs: 0,
  failures: 0,
};

/** @param sequence of the newest activation */
export const isSpread = (spread: Spread, sequence: number): boolean =>
  Math.min(spread.entered, spread.shown, spread.kept) >= sequence &&
  spread.swept >= spread.trimmed;

const FIRST_DELAY_MS = 5_000;
const MOST_DELAY_MS = 5 * 60_000;

/** How long to wait after so many failures in a row, 1 or more; milliseconds. */
export const delayAfter = (failures: number): number =>
  Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), MOST_DELAY_MS);

/** How a capacity is shared: the bucket's measures, fair leases, and allowances where there is no lease. */
import type { CapacityAllowance } from "./lease.ts";

/** The bucket's size in seconds of the rate. The contract has 1 second for tokens and allowances alike. */
const SIZE_SECONDS = 0.8;
/** What members without a lease may let through at once, all together, in seconds of the rate. */
const COLD_SECONDS = 0.2;
/** Tokens have to last until the next ask's answer: the time between asks, and a slow round trip. */
const HOLD_SECONDS = 0.5;
/** From a request that spends a token to the coordinator's next decision about it. */
const TELL_SECONDS = 0.35;
/** Leases have to allow this much more than is needed, because they go to members by guess. */
const SPARE = 1.5;
/** A pause is at least this part of a turn, however little is asked for. */
const LEAST_PAUSE = 0.25;
/** Pauses differ by this much either way, so that members who began together do not stay together. */
const PAUSE_SPREAD = 0.4;
const NO_DEMAND = 1e-6;

export interface Measures {
  /** Tokens: the most that may be spent at once. At least 1. */
  readonly size: number;
  /** Tokens that flow in: the capacity, or a little less where that is below 2. */
  readonly perSecond: number;
}

/**
 * The bucket for a capacity of `ratePerSecond`, above 0: any second takes at most twice, any 10
 * seconds at most 1.15 times as much, and either at least one request.
 */
export function measuresOf(ratePerSecond: number): Measures {
  // Requests are whole: what must not fit into a window is one more than it may have.
  const over = (factor: number, seconds: number): number =>
    Math.max(1, Math.floor(factor * seconds * ratePerSecond + 1e-9)) + 1 - 1e-3;
  const one = over(2, 1);
  const ten = over(1.15, 10);
  const fits = Math.min(one - ratePerSecond, ten - 10 * ratePerSecond);
  const size = Math.max(1, Math.min(1 + SIZE_SECONDS * ratePerSecond, fits));
  return { size, perSecond: Math.min(ratePerSecond, one - size, (ten - size) / 10) };
}

/**
 * Whether leases would leave much of the capacity unused. A token that a member holds waits for its
 * next request, and then for being told: `size` tokens let through size/(wait + telling) requests
 * per second (Little's law).
 */
export function tooSparse(members: number, demand: number, { size, perSecond }: Measures): boolean {
  if (members === 1) return false;
  const cycle = members / Math.max(demand, NO_DEMAND) + TELL_SECONDS;
  return size / cycle < SPARE * Math.min(demand, perSecond);
}

/** Tokens that a member should have in hand: what it expects, and two standard deviations of it. */
export function holdFor(demandPerSecond: number): number {
  const expected = demandPerSecond * HOLD_SECONDS;
  return expected === 0 ? 0 : 1 + expected + 2 * Math.sqrt(expected);
}

/**
 * The most that anyone may hold if `stock` tokens are shared by max-min fairness: who needs less
 * gets that, the others this. At least 1, since parts of a request are of no use; `Infinity`: there
 * is enough for all.
 */
export function fairHold(holds: number[], stock: number): number {
  let left = stock;
  for (const [i, hold] of holds.sort((a, b) => a - b).entries()) {
    const equal = left / (holds.length - i);
    if (hold > equal) return Math.max(1, equal);
    left -= hold;
  }
  return Infinity;
}

/** Where leases work: what a member may begin with, its part of `COLD_SECONDS` but at least one request. */
export function beginWith(members: number, perSecond: number): CapacityAllowance {
  const requests = Math.max(1, Math.floor(COLD_SECONDS * perSecond / members));
  const allMs = Math.max(1000, 4000 * members * requests / perSecond);
  return { requests, everyMs: allMs / requests };
}

/**
 * Where they don't: one request, then a pause. A member that sees d requests per second lets one
 * through each (pause + 1/d) seconds; with the mean demand for d, all of them come to the rate at
 * a pause of members/rate - members/demand, and to less where demands differ. The level says what
 * has gone wrong so far.
 *
 * @param draw uniform in [0, 1)
 */
export function pauseFor(
  { members, demand, level, perSecond, draw }: {
    members: number;
    demand: number;
    level: number;
    perSecond: number;
    draw: number;
  },
): CapacityAllowance {
  const turn = members / perSecond;
  const pause = turn - members / Math.max(demand, NO_DEMAND) - level / perSecond;
  const spread = 1 + PAUSE_SPREAD * (2 * draw - 1);
  return { requests: 1, everyMs: 1000 * spread * Math.max(LEAST_PAUSE * turn, pause) };
}

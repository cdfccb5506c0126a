/**
 * Least request: fewer picks for who has more requests in flight.
 *
 * Envoy's two ways. Equal weights: of a few hosts drawn at random the least
 * loaded (Mitzenmacher, The Power of Two Choices in Randomized Load Balancing,
 * 2001). Unequal weights: the scheduler of weighted round robin, with
 * weight / (active + 1)^bias in place of the weight.
 */
import { edf } from "./edf.ts";
import { type Hosts, type Picker, withRendezvous } from "./picker.ts";
import type { Random } from "./weighted_random.ts";

export interface LeastRequestOptions {
  /** How many hosts are drawn where all weights are equal; whole, at least 1 (2). */
  readonly choices?: number;
  /** How much load counts where weights differ, 0 (not at all: round robin) and up (1). */
  readonly bias?: number;
  /**
   * A host's present weight, above 0, where it is not the one in `hosts`: slow
   * start. With it the hosts count as of unequal weights, as in Envoy.
   */
  readonly weightOf?: (index: number) => number;
}

/**
 * @param active requests that a host has in flight, 0 or more; read at each pick
 * @returns a picker whose keyed picks ignore load: a key stays with its host
 */
export function leastRequest(
  hosts: Hosts,
  active: (index: number) => number,
  random: Random,
  { choices = 2, bias = 1, weightOf }: LeastRequestOptions = {},
): Picker {
  const { weights } = hosts;
  const count = weights.length;
  if (weightOf === undefined && weights.every((weight) => weight === weights[0])) {
    return withRendezvous(hosts, () => leastLoaded(count, active, random, choices));
  }
  const base = weightOf ?? ((index: number): number => weights[index]!);
  const loaded = (index: number): number => base(index) / (active(index) + 1) ** bias;
  return withRendezvous(hosts, edf(count, loaded, random));
}

/**
 * Power of several choices: draws hosts with replacement and keeps the least loaded, of equals the
 * one drawn first.
 *
 * @param count number of hosts, at least 1
 * @param load lower is better; any unit, as long as it is one unit for all
 * @param choices whole, at least 1; Envoy's default is 2
 * @returns the index of the host
 */
export function leastLoaded(
  count: number,
  load: (index: number) => number,
  random: Random,
  choices = 2,
): number {
  let best = Math.floor(random() * count);
  let bestLoad = load(best);
  for (let drawn = 1; drawn < choices; drawn++) {
    const other = Math.floor(random() * count);
    const otherLoad = load(other);
    if (otherLoad < bestLoad) [best, bestLoad] = [other, otherLoad];
  }
  return best;
}

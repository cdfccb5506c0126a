/** Hosts in groups: first a group by its share, then a host by the group's own picker. */
import type { Picker } from "./picker.ts";
import { rendezvous } from "./rendezvous.ts";
import { drawByWeight, type Random } from "./weighted_random.ts";

export interface Group {
  /** Part of all picks, 0 to 1; together they make 1. */
  readonly share: number;
  /** A 32-bit hash of the group's lasting identity, no two alike. */
  readonly seed: number;
  /** Indices of its hosts among all; a host is in one group. */
  readonly hosts: readonly number[];
  /** Over `hosts`, by position in that list. */
  readonly picker: Picker;
}

/**
 * @param count number of all hosts; one that is in no group is never picked
 * @see Envoy, locality weighted load balancing
 */
export function grouped(groups: readonly Group[], count: number, random: Random): Picker {
  const shares = groups.map(({ share }) => share);
  const seeds = groups.map(({ seed }) => seed);
  const hostOf = (group: Group | undefined, at: (picker: Picker) => number): number =>
    group?.hosts[at(group.picker)] ?? -1;
  return {
    next: () => hostOf(groups[drawByWeight(shares, random())], (picker) => picker.next()),
    forKey: (key) => hostOf(groups[rendezvous(key, seeds, shares)], (picker) => picker.forKey(key)),
    shares: () => {
      const all = new Array<number>(count).fill(0);
      for (const { share, hosts, picker } of groups) {
        picker.shares().forEach((part, at) => all[hosts[at]!] = share * part);
      }
      return all;
    },
  };
}

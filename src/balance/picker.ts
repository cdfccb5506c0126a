/** What every balancer offers: the next host by chance, and the host of a key. */
import { rendezvous } from "./rendezvous.ts";

/** The hosts to pick from. A pick is an index into these lists; their order means nothing. */
export interface Hosts {
  /** Above 0 each, relative to each other. */
  readonly weights: readonly number[];
  /** A 32-bit hash of each host's lasting identity, no two alike: see `seedsOf`. */
  readonly seeds: readonly number[];
}

/** A balancer over hosts that do not change: other hosts, another picker. */
export interface Picker {
  /** Index of the next host, by chance; -1 if there is none. */
  next(): number;
  /**
   * Index of the host that a key belongs to, whoever asks and however often; -1 if there is none.
   *
   * @param key a 32-bit hash of what the caller is known by
   */
  forKey(key: number): number;
  /** The part of all keys, and of all picks by chance under even load, that each host has; sum 1. */
  shares(): readonly number[];
}

/** A balancer that knows only chance; its keys go by weighted rendezvous, exactly by weight. */
export function withRendezvous({ weights, seeds }: Hosts, next: () => number): Picker {
  return {
    next: weights.length > 0 ? next : () => -1,
    forKey: (key) => rendezvous(key, seeds, weights),
    shares: () => {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return weights.map((weight) => weight / total);
    },
  };
}

/** A balancer that knows only keys; chance is a random key, as in Envoy where a request has no hash. */
export function withRandomKey(
  { forKey, shares }: Omit<Picker, "next">,
  random: () => number,
): Picker {
  return { next: () => forKey(Math.floor(random() * 0x1_0000_0000)), forKey, shares };
}

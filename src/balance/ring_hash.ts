/**
 * Ring hash: every host has places on a ring of 32-bit numbers, as many as its
 * weight is worth, and a key belongs to the next place clockwise.
 *
 * Where a host's places lie depends on its seed alone, and how many they are on
 * its weight and the ring's scale. While the scale holds, hosts that come take
 * only what is theirs, and hosts that go lose only their own keys.
 *
 * @see Karger et al., Consistent Hashing and Random Trees, 1997
 */
import { mix } from "./hash.ts";
import { type Hosts, type Picker, withRandomKey } from "./picker.ts";
import type { Random } from "./weighted_random.ts";

/** No ring is smaller: Envoy's default. */
const MIN_RING = 1024;
/** Places of a host of mean weight: its part is then right to 1/sqrt(512), 4.4 % (one sigma). */
const PLACES_PER_HOST = 512;
/** Half the size that no ring exceeds for the sake of evenness; 6 bytes a place. */
const LARGE_RING = 32_768;

/**
 * Places per unit of weight: enough for a ring of 1,024, for 512 places a host,
 * and one for the lightest host; the last two within a ring of 65,536. A host
 * that is worth less than one place still has one.
 *
 * A power of two, so that it seldom changes: with equal weights it is the same
 * for 2 to 127 hosts, then for up to 255, and so on. The host that crosses such
 * a border moves half of the keys, every other one only its own. (Envoy fits
 * the ring to 1,024 more closely, and pays at most hosts that come or go.)
 *
 * @param weights above 0 each
 */
export function ringScale(weights: readonly number[]): number {
  let total = 0;
  let least = Infinity;
  for (const weight of weights) {
    total += weight;
    least = Math.min(least, weight);
  }
  const even = Math.max(PLACES_PER_HOST * weights.length, total / least);
  const size = Math.max(MIN_RING, Math.min(LARGE_RING, even));
  // The last digit of a sum depends on the order of the list: it must not decide.
  return 2 ** Math.ceil(Math.log2(size / total) - 1e-9);
}

/**
 * @param scale places per unit of weight. Hosts that are a part of a larger set
 *   (those of a level that are healthy) should have the whole set's, so that
 *   one host that is ejected moves nobody else's keys
 * @returns a picker that builds its ring at the first pick
 */
export function ringHash(hosts: Hosts, random: Random, scale = ringScale(hosts.weights)): Picker {
  const count = hosts.weights.length;
  let built: Ring | null = null;
  const ring = (): Ring => built ??= build(hosts, scale);
  return withRandomKey({
    forKey: (key) => count < 2 ? count - 1 : ownerOf(ring(), mix(key)),
    shares: () => count < 2 ? hosts.weights.map(() => 1) : arcs(ring(), count),
  }, random);
}

interface Ring {
  /** Ascending. */
  readonly places: Uint32Array;
  /** Index of the host that has the place. */
  readonly owners: Uint16Array;
}

function build({ weights, seeds }: Hosts, scale: number): Ring {
  // Where two places coincide the lower seed has it, whatever the order of the list.
  const order = Array.from(seeds.keys()).sort((a, b) => seeds[a]! - seeds[b]!);
  const counts = order.map((host) => Math.max(1, Math.round(weights[host]! * scale)));
  const size = counts.reduce((sum, count) => sum + count, 0);
  // Place and rank in one number (48 bits), because numbers sort far faster than pairs.
  const packed = new Float64Array(size);
  let at = 0;
  for (let rank = 0; rank < order.length; rank++) {
    const seed = seeds[order[rank]!]!;
    for (let i = 0; i < counts[rank]!; i++) {
      packed[at++] = mix(mix(i ^ seed) + seed) * 0x1_0000 + rank;
    }
  }
  packed.sort();
  const places = new Uint32Array(size);
  const owners = new Uint16Array(size);
  for (let i = 0; i < size; i++) {
    const place = Math.floor(packed[i]! / 0x1_0000);
    places[i] = place;
    owners[i] = order[packed[i]! - place * 0x1_0000]!;
  }
  return { places, owners };
}

/** The host of the first place at or after `point`; after the last place comes the first again. */
function ownerOf({ places, owners }: Ring, point: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (places[middle]! < point) low = middle + 1;
    else high = middle;
  }
  return owners[low < places.length ? low : 0]!;
}

/** The part of the ring that belongs to each host. */
function arcs({ places, owners }: Ring, count: number): number[] {
  const shares = new Array<number>(count).fill(0);
  let previous = places[places.length - 1]! - 0x1_0000_0000;
  for (let i = 0; i < places.length; i++) {
    shares[owners[i]!]! += (places[i]! - previous) / 0x1_0000_0000;
    previous = places[i]!;
  }
  return shares;
}

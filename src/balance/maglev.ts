/**
 * Maglev: a table that the hosts fill by turns, each going through all entries
 * in an order of its own; a key belongs to whoever has its entry. Shares are
 * exact to an entry and a pick is one look-up, but a host that goes moves some
 * keys of others too, as the entries that it leaves shift everyone's turns.
 *
 * @see Eisenbud et al., Maglev: A Fast and Reliable Software Network Load Balancer, 2016, §3.4
 */
import { mix } from "./hash.ts";
import { heapByDue, sinkTop } from "./heap.ts";
import { type Hosts, type Picker, withRandomKey } from "./picker.ts";
import type { Random } from "./weighted_random.ts";

/**
 * Entries: a prime, so that every stride goes through all of them. Envoy's
 * default, for few hosts too: two tables of different sizes have nothing in
 * common, so a size that followed the number of hosts would now and then move
 * every key. One byte an entry up to 256 hosts, then two.
 */
const SIZE = 65_537;

/** Separates a host's stride from its start. */
const STRIDE_SALT = 0x9e3779b1;

/** @returns a picker that builds its table at the first pick */
export function maglev(hosts: Hosts, random: Random): Picker {
  const count = hosts.weights.length;
  let built: Table | null = null;
  const table = (): Table => built ??= build(hosts);
  return withRandomKey({
    forKey: (key) => count < 2 ? count - 1 : table()[mix(key) % SIZE]!,
    shares: () => {
      if (count < 2) return hosts.weights.map(() => 1);
      const shares = new Array<number>(count).fill(0);
      for (const host of table()) shares[host]! += 1 / SIZE;
      return shares;
    },
  }, random);
}

/** The host of each entry. */
type Table = Uint8Array | Uint16Array;

/**
 * Hosts of one weight take their turns together, in the order of their seeds; their n-th round,
 * from 0, is due at n/weight. So everyone has an entry before anyone has two, and the turns of two
 * hosts never depend on a third.
 */
function build({ weights, seeds }: Hosts): Table {
  const place = Int32Array.from(seeds, (seed) => mix(seed) % SIZE);
  const stride = Int32Array.from(seeds, (seed) => mix(seed ^ STRIDE_SALT) % (SIZE - 1) + 1);
  const order = Array.from(seeds.keys()).sort((a, b) => seeds[a]! - seeds[b]!);
  const classes = [...Map.groupBy(order, (host) => weights[host]!)].sort(([a], [b]) => b - a);
  const rounds = new Int32Array(classes.length);
  const due = new Float64Array(classes.length);
  const heap = heapByDue(due);
  const isTaken = new Uint8Array(SIZE);
  const table = weights.length <= 0x100 ? new Uint8Array(SIZE) : new Uint16Array(SIZE);
  let left = SIZE;
  while (true) {
    const next = heap[0]!;
    const [weight, hosts] = classes[next]!;
    for (const host of hosts) {
      const step = stride[host]!;
      let at = place[host]!;
      while (isTaken[at] === 1) {
        at += step;
        if (at >= SIZE) at -= SIZE;
      }
      isTaken[at] = 1;
      table[at] = host;
      place[host] = at;
      left--;
      if (left === 0) return table;
    }
    due[next] = ++rounds[next]! / weight;
    sinkTop(heap, due);
  }
}

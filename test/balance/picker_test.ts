/** What holds for every picker, by one set of cases. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { murmur3 } from "../../src/balance/hash.ts";
import { leastRequest } from "../../src/balance/least_request.ts";
import { maglev } from "../../src/balance/maglev.ts";
import { type Hosts, type Picker, withRendezvous } from "../../src/balance/picker.ts";
import { ringHash } from "../../src/balance/ring_hash.ts";
import { roundRobin } from "../../src/balance/round_robin.ts";
import { seedsOf } from "../../src/balance/seeds.ts";
import { type Random, weightedRandom } from "../../src/balance/weighted_random.ts";
import { assertShares, seededRandom, tally } from "../support/random.ts";

type Make = (hosts: Hosts, random: Random) => Picker;

const kinds: readonly { name: string; make: Make }[] = [
  { name: "round robin", make: (h, random) => withRendezvous(h, roundRobin(h.weights, random)) },
  { name: "random", make: (h, random) => withRendezvous(h, weightedRandom(h.weights, random)) },
  { name: "least request", make: (h, random) => leastRequest(h, () => 0, random) },
  { name: "ring hash", make: ringHash },
  { name: "maglev", make: maglev },
];

const hostsOf = (weights: readonly number[]): Hosts => ({
  weights,
  seeds: seedsOf(weights.map((_, i) => `shop https://${i}.aws.example.com`)),
});
const keys = Array.from({ length: 40_000 }, (_, i) => murmur3(`caller ${i}`));

const weightRows = [
  { name: "one", weights: [3] },
  { name: "two", weights: [1, 1] },
  { name: "three of weight 10", weights: [10, 10, 10] },
  { name: "three kinds", weights: [70, 20, 10] },
  { name: "fractions", weights: [0.1, 0.25, 0.65] },
  { name: "a percent", weights: [99, 1] },
  { name: "two dozen", weights: Array.from({ length: 24 }, (_, i) => 1 + i % 4) },
  { name: "three hundred", weights: Array.from({ length: 300 }, () => 1) },
];

for (const { name: kind, make } of kinds) {
  for (const { name, weights } of weightRows) {
    Deno.test(`${kind}: chance and keys both keep the shares: ${name}`, () => {
      const picker = make(hostsOf(weights), seededRandom(21));
      const shares = picker.shares();
      assert.equal(shares.length, weights.length);
      assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
      assertShares(tally(weights.length, 40_000, () => picker.next()), shares, "by chance");
      const byKey = tally(weights.length, keys.length, (i) => picker.forKey(keys[i]!));
      assertShares(byKey, shares, "by key");
    });
  }

  Deno.test(`${kind}: consecutive and sparse keys keep the shares too`, () => {
    const picker = make(hostsOf([5, 3, 2]), seededRandom(1));
    for (const key of [(i: number) => i, (i: number) => (i << 16) >>> 0, (i: number) => -i >>> 0]) {
      assertShares(tally(3, 40_000, (i) => picker.forKey(key(i))), picker.shares());
    }
  });

  Deno.test(`${kind}: nobody to pick`, () => {
    const picker = make({ weights: [], seeds: [] }, seededRandom(1));
    assert.equal(picker.next(), -1);
    assert.equal(picker.forKey(7), -1);
    assert.deepEqual(picker.shares(), []);
  });

  Deno.test(`${kind}: a list turned round gives every key the same host`, () => {
    const hosts = hostsOf(Array.from({ length: 24 }, (_, i) => 1 + i % 4));
    const turned = { weights: hosts.weights.toReversed(), seeds: hosts.seeds.toReversed() };
    const [one, other] = [make(hosts, seededRandom(1)), make(turned, seededRandom(1))];
    for (const key of keys) assert.equal(other.forKey(key), 23 - one.forKey(key));
  });

  Deno.test(`${kind}: every key has a host, the same one in every order of the list`, () => {
    const names = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 8 });
    const weight = fc.oneof(
      fc.integer({ min: 1, max: 100 }),
      fc.double({ min: 0.01, max: 9, noNaN: true }),
    );
    const lists = names.chain((names) =>
      fc.array(weight, { minLength: names.length, maxLength: names.length }).chain((weights) => {
        const list = names.map((name, i) => ({ name, weight: weights[i]! }));
        return fc.tuple(
          fc.constant(list),
          fc.shuffledSubarray(list, { minLength: list.length }),
        );
      })
    );
    const edges = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
    fc.assert(
      fc.property(lists, (lists) => {
        const [one, other] = lists.map((list) => {
          const seeds = seedsOf(list.map(({ name }) => name));
          const picker = make(
            { weights: list.map(({ weight }) => weight), seeds },
            seededRandom(1),
          );
          return [...edges, ...keys.slice(0, 200)].map((key) => list[picker.forKey(key)]!.name);
        });
        assert.deepEqual(one, other);
      }),
      { numRuns: 30 },
    );
  });
}

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { mix, murmur3 } from "../../src/balance/hash.ts";
import type { Hosts } from "../../src/balance/picker.ts";
import { ringHash, ringScale } from "../../src/balance/ring_hash.ts";
import { seedsOf } from "../../src/balance/seeds.ts";
import { seededRandom } from "../support/random.ts";

const hostsOf = (weights: readonly number[], salt = 0): Hosts => ({
  weights,
  seeds: seedsOf(weights.map((_, i) => `cluster ${salt} http://10.0.0.${i}:8080`)),
});
const without = ({ weights, seeds }: Hosts, gone: number): Hosts => ({
  weights: weights.toSpliced(gone, 1),
  seeds: seeds.toSpliced(gone, 1),
});
const random = seededRandom(1);
const keys = Array.from({ length: 500 }, (_, i) => murmur3(`caller ${i}`));

// Worked by hand: the size wanted over the sum of weights, up to a power of two.
const scaleRows = [
  { name: "one: 1,024", weights: [1], want: 1024 },
  { name: "two: 1,024", weights: [1, 1], want: 512 },
  { name: "three: 1,536", weights: [1, 1, 1], want: 512 },
  { name: "three of weight 100: 1,536 of 300", weights: [100, 100, 100], want: 8 },
  { name: "three of weight 0.1: 1,536 of 0.3", weights: [0.1, 0.1, 0.1], want: 8192 },
  { name: "one to two: 1,024 of 3", weights: [1, 2], want: 512 },
  { name: "127: 32,768", weights: Array.from({ length: 127 }, () => 1), want: 512 },
  { name: "128: 32,768", weights: Array.from({ length: 128 }, () => 1), want: 256 },
  { name: "1,000: 32,768", weights: Array.from({ length: 1000 }, () => 1), want: 64 },
  { name: "one place for the lightest: 10,001", weights: [10_000, 1], want: 1 },
  { name: "as light as that goes: 32,768 of 1,000,001", weights: [1_000_000, 1], want: 1 / 16 },
];
for (const { name, weights, want } of scaleRows) {
  Deno.test(`ring scale: ${name}`, () => assert.equal(ringScale(weights), want));
}

Deno.test("ring scale: rounding, which the order of a sum decides, decides nothing", () => {
  const weights = Array.from({ length: 64 }, (_, i): number => i < 32 ? 0.2 : 0.3);
  const sum = (a: number, b: number): number => a + b;
  assert.ok(weights.reduce(sum) > 16 && weights.toReversed().reduce(sum) < 16);
  assert.equal(ringScale(weights), 2048);
  assert.equal(ringScale(weights.toReversed()), 2048);
});

Deno.test("ring scale: the ring has 1,024 to 65,536 places, and the order of weights is nothing", () => {
  const weight = fc.oneof(
    fc.integer({ min: 1, max: 1_000_000 }),
    fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
  );
  const weights = fc.array(weight, { minLength: 2, maxLength: 300 });
  fc.assert(fc.property(weights, (weights) => {
    const size = ringScale(weights) * weights.reduce((sum, weight) => sum + weight, 0);
    assert.ok(size > 1023.9 && size < 65_536.1, `${size}`);
    assert.equal(ringScale(weights.toSorted((a, b) => b - a)), ringScale(weights));
  }));
});

const evenRows = [
  { name: "two", weights: [1, 1] },
  { name: "ten", weights: Array.from({ length: 10 }, () => 1) },
  { name: "three kinds", weights: [5, 3, 2] },
  { name: "a hundred", weights: Array.from({ length: 100 }, () => 1) },
];
for (const { name, weights } of evenRows) {
  Deno.test(`ring hash: shares are right to what their places allow: ${name}`, () => {
    const scale = ringScale(weights);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    ringHash(hostsOf(weights), random).shares().forEach((share, i) => {
      // The share of k of many random places has a relative deviation of 1/sqrt(k).
      const bound = 4 / Math.sqrt(weights[i]! * scale);
      const error = Math.abs(share * total / weights[i]! - 1);
      assert.ok(error < bound, `host ${i}: off by ${error}, bound ${bound}`);
    });
  });
}

Deno.test("ring hash: at one scale, who goes loses only its own keys", () => {
  const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(weights, fc.nat(), fc.nat(), (weights, pick, salt) => {
      const gone = pick % weights.length;
      const all = hostsOf(weights, salt);
      const left = without(all, gone);
      const before = ringHash(all, random);
      const after = ringHash(left, random, ringScale(weights));
      for (const key of keys) {
        const [from, to] = [before.forKey(key), after.forKey(key)];
        if (from !== gone) assert.equal(left.seeds[to], all.seeds[from]);
      }
    }),
    { numRuns: 40 },
  );
});

Deno.test("ring hash: a host of the same weight that comes to 2 to 126 takes only its own keys", () => {
  for (const count of [2, 3, 4, 10, 50, 126]) {
    const all = hostsOf(Array.from({ length: count + 1 }, () => 1));
    const before = ringHash(without(all, count), random);
    const after = ringHash(all, random);
    let moved = 0;
    for (const key of keys) {
      const to = after.forKey(key);
      if (to === count) moved++;
      else assert.equal(to, before.forKey(key));
    }
    // Its share is 1/(n+1): four deviations of the ring's and of the keys' chance.
    const share = 1 / (count + 1);
    const slack = 4 * (share / Math.sqrt(512) + Math.sqrt(share / keys.length));
    assert.ok(Math.abs(moved / keys.length - share) < slack, `${count}: ${moved}`);
  }
});

Deno.test("ring hash: raising one weight at one scale moves keys only to that host", () => {
  const before = ringHash(hostsOf([2, 2, 2]), random, 256);
  const after = ringHash(hostsOf([2, 3, 2]), random, 256);
  for (const key of keys) {
    if (after.forKey(key) !== before.forKey(key)) assert.equal(after.forKey(key), 1);
  }
});

Deno.test("ring hash: a key that falls on a place belongs to it", () => {
  const { weights, seeds } = hostsOf([1, 1, 1]);
  const picker = ringHash({ weights, seeds }, random);
  seeds.forEach((seed, host) => {
    // `mix` of this is the host's place number i.
    for (let i = 0; i < 512; i++) {
      assert.equal(picker.forKey((mix(i ^ seed) + seed) >>> 0), host);
    }
  });
});

Deno.test("ring hash: which host a key has is a promise to every later version", () => {
  const picker = ringHash(hostsOf([1, 1, 2]), random);
  assert.equal(keys.reduce((hash, key) => mix(hash + picker.forKey(key)), 0), 3195610557);
});

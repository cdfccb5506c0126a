import assert from "node:assert/strict";
import * as fc from "fast-check";
import { leastLoaded, leastRequest } from "../../src/balance/least_request.ts";
import { seedsOf } from "../../src/balance/seeds.ts";
import { assertShares, seededRandom, tally } from "../support/random.ts";

const hostsOf = (weights: readonly number[]): { weights: readonly number[]; seeds: number[] } => ({
  weights,
  seeds: seedsOf(weights.map((_, i) => `host ${i}`)),
});

const drawRows = [
  { name: "one host", loads: [9], draws: [0.99, 0], want: 0 },
  { name: "the second draw is less loaded", loads: [5, 1, 0], draws: [0, 0.34], want: 1 },
  { name: "the first draw is less loaded", loads: [1, 5, 0], draws: [0, 0.34], want: 0 },
  { name: "a tie keeps the first draw", loads: [3, 3], draws: [0.5, 0], want: 1 },
  {
    name: "one host drawn twice, though it is the worst",
    loads: [7, 1],
    draws: [0.1, 0.2],
    want: 0,
  },
  { name: "the last host", loads: [1, 1, 0], draws: [0, 1 - 2 ** -53], want: 2 },
];
for (const { name, loads, draws, want } of drawRows) {
  Deno.test(`power of two choices: ${name}`, () => {
    const left = [...draws];
    assert.equal(leastLoaded(loads.length, (i) => loads[i]!, () => left.shift()!), want);
    assert.deepEqual(left, []);
  });
}

// Of n hosts the k-th least loaded is the least of c draws in (n-k+1)^c - (n-k)^c cases of n^c.
const choiceRows = [
  { name: "two of three", choices: 2, loads: [0, 1, 2], shares: [9 - 4, 4 - 1, 1] },
  { name: "two of three, in another order", choices: 2, loads: [9, 4, 7], shares: [1, 5, 3] },
  { name: "three of three", choices: 3, loads: [0, 1, 2], shares: [27 - 8, 8 - 1, 1] },
  { name: "one: chance alone", choices: 1, loads: [0, 1, 2], shares: [1, 1, 1] },
  { name: "two of equals", choices: 2, loads: [4, 4, 4], shares: [1, 1, 1] },
  { name: "two, two of them equal", choices: 2, loads: [1, 1, 5], shares: [4, 4, 1] },
];
for (const { name, choices, loads, shares } of choiceRows) {
  Deno.test(`least request, equal weights, ${name}`, () => {
    for (const weight of [1, 7]) {
      const random = seededRandom(weight);
      const picker = leastRequest(hostsOf(loads.map(() => weight)), (i) => loads[i]!, random, {
        choices,
      });
      assertShares(tally(loads.length, 40_000, () => picker.next()), shares, `weight ${weight}`);
    }
  });
}

// Shares are weight / (active + 1)^bias.
const scheduleRows = [
  { name: "all idle", weights: [4, 2, 1], active: [0, 0, 0], shares: [4, 2, 1] },
  { name: "load against weight", weights: [4, 2, 1], active: [3, 0, 1], shares: [1, 2, 0.5] },
  { name: "bias 0", weights: [4, 2, 1], active: [3, 0, 1], bias: 0, shares: [4, 2, 1] },
  { name: "bias 2", weights: [4, 2, 1], active: [3, 0, 1], bias: 2, shares: [0.25, 2, 0.25] },
  { name: "bias 1/2", weights: [4, 2, 1], active: [3, 0, 3], bias: 0.5, shares: [2, 2, 0.5] },
];
for (const { name, weights, active, bias, shares } of scheduleRows) {
  Deno.test(`least request, unequal weights, ${name}`, () => {
    const picker = leastRequest(
      hostsOf(weights),
      (i) => active[i]!,
      seededRandom(7),
      bias === undefined ? {} : { bias },
    );
    const total = shares.reduce((sum, share) => sum + share, 0);
    const counts = tally(3, 7_000, () => picker.next());
    counts.forEach((count, i) =>
      assert.ok(Math.abs(count - 7_000 * shares[i]! / total) <= 2, `${counts}`)
    );
  });
}

Deno.test("least request: a present weight that differs takes the place of the fixed one", () => {
  const present = [1, 0.25];
  const picker = leastRequest(hostsOf([1, 1]), () => 0, seededRandom(2), {
    weightOf: (i) => present[i]!,
  });
  const counts = tally(2, 500, () => picker.next());
  assert.ok(Math.abs(counts[1]! - 100) <= 1, `${counts}`);
});

const slowRows = [
  { name: "equal weights", weights: [1, 1, 1] },
  { name: "unequal weights", weights: [1.01, 1, 1] },
];
for (const { name, weights } of slowRows) {
  Deno.test(`least request: who is ten times slower gets a fraction of a third: ${name}`, () => {
    const serviceTicks = [20, 2, 2];
    const active = [0, 0, 0];
    const picker = leastRequest(hostsOf(weights), (i) => active[i]!, seededRandom(3));
    const finish: { host: number; at: number }[] = [];
    // One request a tick; each host serves any number at once, in its own time.
    const counts = tally(3, 6_000, (tick) => {
      while (finish.length > 0 && finish[0]!.at <= tick) active[finish.shift()!.host]!--;
      const host = picker.next();
      active[host]!++;
      finish.push({ host, at: tick + serviceTicks[host]! });
      finish.sort((a, b) => a.at - b.at);
      return host;
    });
    assert.ok(counts[0]! < 6_000 / 6, `${counts}`);
    assert.ok(counts[0]! > 0, `${counts}`);
  });
}

Deno.test("least request: a key stays with its host, whatever the load", () => {
  const loads = fc.array(fc.nat(100), { minLength: 2, maxLength: 6 });
  fc.assert(fc.property(loads, fc.integer({ min: 0, max: 0xffff_ffff }), (loads, key) => {
    const hosts = hostsOf(loads.map((_, i) => 1 + i));
    const idle = leastRequest(hosts, () => 0, seededRandom(1)).forKey(key);
    assert.equal(leastRequest(hosts, (i) => loads[i]!, seededRandom(2)).forKey(key), idle);
  }));
});

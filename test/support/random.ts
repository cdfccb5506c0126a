/** Chance that a test can repeat, and bounds for what comes of it. */
import assert from "node:assert/strict";
import type { Random } from "../../src/balance/weighted_random.ts";

/** Uniform in [0, 1), the same for the same seed: xorshift with 32 bits of state (Marsaglia, 2003). */
export function seededRandom(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}

/**
 * Asserts that `counts` look drawn with the probabilities `shares`: Pearson's chi-square, at four
 * standard deviations (Wilson and Hilferty, 1931). What has no share must have no count.
 *
 * @param shares relative to each other, 0 or more
 */
export function assertShares(
  counts: readonly number[],
  shares: readonly number[],
  message = "",
): void {
  const drawn = counts.reduce((a, b) => a + b, 0);
  const total = shares.reduce((a, b) => a + b, 0);
  let square = 0;
  let kinds = 0;
  for (let i = 0; i < shares.length; i++) {
    const expected = drawn * shares[i]! / total;
    const count = counts[i]!;
    if (expected === 0) {
      assert.equal(count, 0, `${message}: ${i} has no share`);
      continue;
    }
    square += (count - expected) ** 2 / expected;
    kinds++;
  }
  const freedom = kinds - 1;
  if (freedom === 0) return;
  const spread = 2 / (9 * freedom);
  const limit = freedom * (1 - spread + 4 * Math.sqrt(spread)) ** 3;
  assert.ok(
    square <= limit,
    `${message}: got ${counts}, want shares ${shares} (chi-square ${square} > ${limit})`,
  );
}

/** How often each of 0 to `kinds` - 1 comes out of `times` draws. */
export function tally(kinds: number, times: number, draw: (turn: number) => number): number[] {
  const counts = new Array<number>(kinds).fill(0);
  for (let turn = 0; turn < times; turn++) counts[draw(turn)]!++;
  return counts;
}

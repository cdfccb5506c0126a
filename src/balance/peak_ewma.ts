/**
 * Latency as an average that believes a peak at once and forgets it slowly.
 *
 * @see Finagle, `PeakEwma`; Eckner, Algorithms for Unevenly Spaced Time Series, 2012
 */

/** What is known of one host's latency; `null` before its first answer. */
export interface Latency {
  /** The average as it was at `atMs`, 0 or more. */
  readonly averageMs: number;
  readonly atMs: number;
}

/** Finagle's: an average older than this counts for 1/e of what it was. */
export const DECAY_MS = 10_000;

/**
 * The latency after one more answer. An answer slower than the average becomes
 * the average; a faster one counts the more, the longer ago the last one was.
 *
 * @param roundTripMs 0 or more
 * @param decayMs above 0
 */
export function observed(
  before: Latency | null,
  roundTripMs: number,
  nowMs: number,
  decayMs = DECAY_MS,
): Latency {
  if (before === null || roundTripMs > before.averageMs) {
    return { averageMs: roundTripMs, atMs: nowMs };
  }
  const kept = decay(before, nowMs, decayMs);
  return { averageMs: before.averageMs * kept + roundTripMs * (1 - kept), atMs: nowMs };
}

/** The part of an average that is left, above 0 to 1; a clock that went back leaves all of it. */
function decay({ atMs }: Latency, nowMs: number, decayMs: number): number {
  return Math.exp(-Math.max(0, nowMs - atMs) / decayMs);
}

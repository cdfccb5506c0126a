/**
 * Slow start: a host that has just come, or come back, begins with a part of
 * its weight and gets all of it by the end of a window. For round robin and
 * least request.
 *
 * @see Envoy, `slow_start.rst` and `applySlowStartFactor` (which differ: the source starts at 1 ms)
 */

import type { SlowStartPlan } from "../plan/resilience.ts";

/**
 * weight × max((max(t, 1 ms) / window)^(1/aggression), minimum), until the window ends.
 *
 * @param healthyForMs t: since the host joined or came back; a clock that went back counts as 1 ms
 */
export function slowStartWeight(
  weight: number,
  healthyForMs: number,
  { windowMs, aggression, minWeightPercent }: SlowStartPlan,
): number {
  if (healthyForMs >= windowMs) return weight;
  const exponent = aggression > 0 ? 1 / aggression : 1;
  const grown = (Math.max(healthyForMs, 1) / windowMs) ** exponent;
  return weight * Math.min(1, Math.max(grown, minWeightPercent / 100));
}

/** Hosts of which at least one is in its slow start. */
export interface Warming {
  /** When the last of them has all its weight: from then on a picker of fixed weights will do. */
  readonly untilMs: number;
  /** A host's weight now. */
  readonly weightOf: (index: number) => number;
}

/**
 * @param healthySinceMs when each host joined or came back; `-Infinity`: long ago
 * @param now milliseconds, on the same clock
 * @returns `null` if nobody is in slow start, or if there is only one host: it has no one to be
 *   slower than
 */
export function warming(
  weights: readonly number[],
  healthySinceMs: readonly number[],
  slowStart: SlowStartPlan,
  now: () => number,
): Warming | null {
  let last = -Infinity;
  for (const since of healthySinceMs) last = Math.max(last, since);
  const untilMs = last + slowStart.windowMs;
  if (weights.length < 2 || now() >= untilMs) return null;
  return {
    untilMs,
    weightOf: (index) =>
      slowStartWeight(weights[index]!, now() - healthySinceMs[index]!, slowStart),
  };
}

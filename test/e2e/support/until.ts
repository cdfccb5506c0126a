/** Waiting for what is bound to happen, but not for ever. */
import assert from "node:assert/strict";

/** Milliseconds between two looks. */
const LOOK_MS = 20;

/**
 * Asks `condition` until it holds. Fails the test if that takes longer than `withinMs`.
 *
 * @returns how long it took, in milliseconds
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<number> {
  const started = performance.now();
  while (!await condition()) {
    assert.ok(performance.now() - started < withinMs, `not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return performance.now() - started;
}

/** Times cases from outside. */
import { type Spread, spreadOf } from "../statistics.ts";
import type { CaseName } from "./cases.ts";
import type { Runner } from "./runners.ts";

/** A measurement takes this long at least: a request to workerd and back is little beside it. */
const SLICE_MS = 100;

/**
 * Microseconds of each case, once a round and in turns: two figures of one round can be set
 * against each other.
 */
export async function timeInTurns<Name extends CaseName>(
  runner: Runner,
  names: readonly Name[],
  rounds: number,
): Promise<ReadonlyMap<Name, readonly number[]>> {
  const us = new Map(names.map((name): [Name, number[]] => [name, []]));
  const times = new Map<Name, number>();
  for (const name of names) times.set(name, await timesFor(runner, name));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      us.get(name)!.push(1000 * await timeMs(runner, name, times.get(name)!) / times.get(name)!);
    }
  }
  return us;
}

/** Milliseconds of a case that takes long enough to be timed alone. */
export async function timeAlone(runner: Runner, name: CaseName, rounds: number): Promise<Spread> {
  await timeMs(runner, name, 1);
  const ms: number[] = [];
  for (let round = 0; round < rounds; round++) ms.push(await timeMs(runner, name, 1));
  return spreadOf(ms);
}

async function timeMs(runner: Runner, name: CaseName, times: number): Promise<number> {
  const startMs = performance.now();
  await runner.run(name, times);
  return performance.now() - startMs;
}

/** How often to repeat a case so that it fills a slice, once it is warm. */
async function timesFor(runner: Runner, name: CaseName): Promise<number> {
  await runner.run(name, 1);
  for (let times = 1;; times *= 4) {
    const tookMs = await timeMs(runner, name, times);
    if (tookMs >= SLICE_MS) return Math.ceil(times * SLICE_MS / tookMs);
  }
}

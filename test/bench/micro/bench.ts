/** Match, steer, pick, compile: microseconds and milliseconds of pure code, on both runtimes. */
import type { Figure, Section } from "../report.ts";
import { type Spread, spreadOf } from "../statistics.ts";
import type { CaseName } from "./cases.ts";
import { inDeno, inWorkerd, type Runner } from "./runners.ts";

/** A measurement takes this long at least: a request to workerd and back is little beside it. */
const SLICE_MS = 100;

const FAST: readonly CaseName[] = [
  "find-100",
  "find-10000",
  "find-regex",
  "steer-100",
  "steer-10000",
  "hash-cookie",
  "draw-by-weight-2",
  "pick-round-robin",
  "pick-round-robin-weighted",
  "pick-random",
  "pick-rendezvous",
];

const SLOW: readonly CaseName[] = ["parse-10000", "compile-10000", "validate-10000"];

/** Microseconds and milliseconds that issue 2 allows. */
const AIMS: Partial<Record<CaseName, number>> = { "steer-100": 2, "compile-10000": 150 };

/** How much slower 10,000 routes may be than 100. */
const GROWTH_AIM = 1.3;

export async function benchMicro({ rounds }: { rounds: number }): Promise<Section[]> {
  const sections: Section[] = [];
  for (const start of [inDeno, inWorkerd]) {
    const runner = await start();
    try {
      sections.push(await benchOn(runner, rounds));
    } finally {
      await runner.stop();
    }
  }
  return sections;
}

async function benchOn(runner: Runner, rounds: number): Promise<Section> {
  const us = new Map<CaseName, number[]>();
  const times = new Map<CaseName, number>();
  for (const name of FAST) times.set(name, await timesFor(runner, name));
  // In turns: two figures of one round can be set against each other.
  for (let round = 0; round < rounds; round++) {
    for (const name of FAST) {
      const each = 1000 * await timeMs(runner, name, times.get(name)!) / times.get(name)!;
      us.set(name, [...us.get(name) ?? [], each]);
    }
  }
  const figures = FAST.map((name) => figure(name, spreadOf(us.get(name)!), "µs"));
  for (const  of of["find", "steer"] as const) {
    const [few, many] = [us.get(`${of}-100`)!, us.get(`${of}-10000`)!];
    const value = spreadOf(many.map((each, i) => each / few[i]!));
    figures.push({ name: `${of}: 10,000 routes against 100`, value, unit: "×", aim: GROWTH_AIM });
  }
  for (const name of SLOW) {
    await timeMs(runner, name, 1);
    const ms: number[] = [];
    for (let round = 0; round < rounds; round++) ms.push(await timeMs(runner, name, 1));
    figures.push(figure(name, spreadOf(ms), "ms"));
  }
  return {
    title: `Micro, in ${runner.name}`,
    note:
      "find: split the URL, normalise the path, find the rule. steer: that, and the choice of " +
      "cluster and endpoint by cookie.",
    figures,
  };
}

function figure(name: CaseName, value: Spread, unit: string): Figure {
  const aim = AIMS[name];
  return { name, value, unit, ...(aim !== undefined && { aim }) };
}

async function timeMs(runner: Runner, name: CaseName, times: number): Promise<number> {
  const startMs = performance.now();
  await runner.run(name, times);
  return performance.now() - startMs;
}

/** How often to repeat a case so that it fills a slice, once it is warm. */
async function timesFor(runner: Runner, name: CaseName): Promise<number> {
  await runner.run(name, 1);
  for (let times = 1000;; times *= 4) {
    const tookMs = await timeMs(runner, name, times);
    if (tookMs >= SLICE_MS) return Math.ceil(times * SLICE_MS / tookMs);
  }
}

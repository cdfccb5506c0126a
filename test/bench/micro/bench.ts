/** Match, steer, pick, compile: microseconds and milliseconds of pure code, on both runtimes. */
import type { Figure, Grid, Report, Section } from "../report.ts";
import { type Spread, spreadOf } from "../statistics.ts";
import { balancingNames, SIZES } from "./balancer_cases.ts";
import type { CaseName } from "./cases.ts";
import { inDeno, inWorkerd, type Runner } from "./runners.ts";
import { timeAlone, timeInTurns } from "./timing.ts";

const FAST: readonly CaseName[] = [
  "find-100",
  "find-10000",
  "find-regex",
  "steer-100",
  "steer-10000",
  "hash-cookie",
  "draw-by-weight-2",
  "nearest-3",
  "nearest-10",
  "admit",
  "share-out-split",
  "share-out-chain",
];

const SLOW: readonly CaseName[] = ["parse-10000", "compile-10000", "validate-10000"];

/** Microseconds and milliseconds that issue 2 allows. */
const AIMS: Partial<Record<CaseName, number>> = { "steer-100": 2, "compile-10000": 150 };

/** How much slower 10,000 routes may be than 100. */
const GROWTH_AIM = 1.3;

export async function benchMicro({ rounds }: { rounds: number }): Promise<Report[]> {
  const reports: Report[] = [];
  for (const start of [inDeno, inWorkerd]) {
    const runner = await start();
    try {
      reports.push(await benchParts(runner, rounds));
      reports.push(await benchPicks(runner, rounds));
      reports.push(await benchBuilds(runner, rounds));
    } finally {
      await runner.stop();
    }
  }
  return reports;
}

async function benchParts(runner: Runner, rounds: number): Promise<Section> {
  const us = await timeInTurns(runner, FAST, rounds);
  const figures = FAST.map((name) => figure(name, spreadOf(us.get(name)!), "µs"));
  for (const part of ["find", "steer"] as const) {
    const [few, many] = [us.get(`${part}-100`)!, us.get(`${part}-10000`)!];
    const value = spreadOf(many.map((each, i) => each / few[i]!));
    figures.push({ name: `${part}: 10,000 routes against 100`, value, unit: "×", aim: GROWTH_AIM });
  }
  for (const name of SLOW) figures.push(figure(name, await timeAlone(runner, name, rounds), "ms"));
  return {
    title: `Micro, in ${runner.name}`,
    note:
      "find: split the URL, normalise the path, find the rule. steer: that, and the choice of " +
      "cluster and endpoint by cookie. share-out: a split of two, each with two levels, without " +
      "and with a chain of two more. admit: one request against a capacity.",
    figures,
  };
}

function figure(name: CaseName, value: Spread, unit: string): Figure {
  const aim = AIMS[name];
  return { name, value, unit, ...(aim !== undefined && { aim }) };
}

async function benchPicks(runner: Runner, rounds: number): Promise<Grid> {
  const ways = balancingNames.flatMap((name) =>
    (["chance", "key"] as const).map((by) => `${name}-by-${by}` as const)
  );
  const names = ways.flatMap((way) => SIZES.map((size) => `pick-${way}-${size}` as const));
  const us = await timeInTurns(runner, names, rounds);
  return {
    title: `One pick among so many endpoints, in ${runner.name}`,
    note: "From the pools of a cluster that is well.",
    unit: "µs",
    columns: SIZES.map(String),
    rows: ways.map((way) => ({
      name: way.replaceAll("-", " "),
      values: SIZES.map((size) => spreadOf(us.get(`pick-${way}-${size}`)!)),
    })),
  };
}

async function benchBuilds(runner: Runner, rounds: number): Promise<Grid> {
  const ways = ["build", "build-and-pick"] as const;
  const names = balancingNames.flatMap((name) =>
    ways.flatMap((way) => SIZES.map((size) => `${way}-${name}-${size}` as const))
  );
  const us = await timeInTurns(runner, names, rounds);
  return {
    title: `A change of health in a cluster of so many endpoints, in ${runner.name}`,
    note: "All pools anew; and with the first pick, which makes rings, tables and schedules.",
    unit: "µs",
    columns: ways.flatMap((way) =>
      SIZES.map((size) => way === "build" ? String(size) : `${size} + pick`)
    ),
    rows: balancingNames.map((name) => ({
      name: name.replaceAll("-", " "),
      values: ways.flatMap((way) =>
        SIZES.map((size) => spreadOf(us.get(`${way}-${name}-${size}`)!))
      ),
    })),
  };
}

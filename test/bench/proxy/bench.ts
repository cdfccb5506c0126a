/** The gateway against the bare pass-through of its runtime, as ratios of the same round. */
import type { Runtime } from "../../e2e/support/gateway.ts";
import type { Figure, Section } from "../report.ts";
import { spreadOf } from "../statistics.ts";
import { type Child, spawn } from "./child.ts";
import { pin, residentMiB } from "./process.ts";
import { measure, type RoundsOptions, type Sampled } from "./rounds.ts";
import { startSubjects, type Subjects } from "./subjects.ts";

/** CPU per request, as a multiple of bare. */
const AIMS: Readonly<Record<Runtime, number>> = { cloudflare: 1.25, deno: 1.0 };

const TITLES: Readonly<Record<Runtime, string>> = { cloudflare: "workerd", deno: "Deno" };

export async function benchProxy(runtime: Runtime, options: RoundsOptions): Promise<Section[]> {
  const origin = await spawn("./origin.ts", { args: ["2"] });
  const load = await spawn("./load.ts");
  const subjects = await startSubjects(runtime, origin.ready as string[]);
  try {
    const memory = await memoryOf(runtime, subjects);
    const pinned = await keepApart(subjects, origin, load);
    const { bare, gateway } = subjects;
    const [first, ...others] = await measure([bare, ...gateway], load, options);
    const note =
      `100 routes, split, stickiness, outlier detection; 32 connections, 12 browser headers, 1 KB answers. ${
        pinned
          ? "Gateway on one core, load and origin on another."
          : "No taskset here: all processes share all cores."
      }`;
    const figures = others.flatMap((sampled, i) =>
      against(first!, sampled, gateway[i]!.name, i === 0 ? AIMS[runtime] : undefined)
    );
    const title = `Proxy on ${TITLES[runtime]}, against the bare pass-through`;
    return [{ title, note, figures: [...absolute(first!, "bare"), ...figures] }, memory];
  } finally {
    for (const child of [subjects, origin, load]) await child.stop();
  }
}

function against(
  bare: readonly Sampled[],
  sampled: readonly Sampled[],
  name: string,
  aim: number | undefined,
): Figure[] {
  const ratio = (of: keyof Sampled): number[] => sampled.map((one, i) => one[of] / bare[i]![of]);
  return [
    {
      name: `${name}: CPU per request`,
      value: spreadOf(ratio("cpuUsPerRequest")),
      unit: "× bare",
      ...(aim !== undefined && { aim }),
    },
    {
      name: `${name}: requests per second`,
      value: spreadOf(ratio("requestsPerSecond")),
      unit: "× bare",
    },
    ...(aim === undefined ? [] : absolute(sampled, name)),
  ];
}

function absolute(sampled: readonly Sampled[], name: string): Figure[] {
  const figure = (what: string, of: keyof Sampled, unit: string): Figure => ({
    name: `${name}: ${what}`,
    value: spreadOf(sampled.map((one) => one[of])),
    unit,
  });
  return [
    figure("CPU per request", "cpuUsPerRequest", "µs"),
    figure("requests per second", "requestsPerSecond", "/s"),
    figure("latency, p50", "p50Ms", "ms"),
  ];
}

async function memoryOf(runtime: Runtime, { bare, gateway }: Subjects): Promise<Section> {
  const resident = async (name: string, pid: number): Promise<Figure> => ({
    name,
    value: spreadOf([await residentMiB(pid)]),
    unit: "MiB",
  });
  return {
    title: `Memory on ${TITLES[runtime]}, resident, before any request`,
    figures: [await resident("bare", bare.pid), await resident("gateway", gateway[0]!.pid)],
  };
}

/** @returns whether the system could do it */
async function keepApart(subjects: Subjects, ...rest: readonly Child[]): Promise<boolean> {
  if (navigator.hardwareConcurrency < 2) return false;
  const pinned = [
    ...await Promise.all([subjects.bare, subjects.gateway[0]!].map(({ pid }) => pin(pid, 0))),
    ...await Promise.all(rest.map(({ pid }) => pin(pid, 1))),
  ];
  return pinned.every(Boolean);
}

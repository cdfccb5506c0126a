/** The gateway against the bare pass-through of its runtime, as ratios of the same round. */
import type { Runtime } from "../../e2e/support/gateway.ts";
import type { Figure, Section } from "../report.ts";
import { RESILIENT_ORIGINS } from "../resilience.ts";
import { spreadOf } from "../statistics.ts";
import { type Child, spawn } from "./child.ts";
import { pin, residentMiB } from "./process.ts";
import { measure, type RoundsOptions, type Sampled } from "./rounds.ts";
import { startSubjects, type Subject, type Subjects } from "./subjects.ts";

const NOTE =
  "100 routes, split, stickiness, outlier detection; 32 connections, 12 browser headers, 1 KB answers. ";

const RESILIENT_NOTE =
  "In the same rounds, in a process of its own: least request with slow start, priorities, locality, " +
  "outlier detection by streak, rate and percentage, health checks, breaker with retry budget, " +
  "capacity, failover, retries with perTryTimeout, hedge, mirror, faults. None of it " +
  "is set off by the load.";

const TITLES: Readonly<Record<Runtime, string>> = { cloudflare: "workerd", deno: "Deno" };

export async function benchProxy(runtime: Runtime, options: RoundsOptions): Promise<Section[]> {
  const origin = await spawn("./origin.ts", { args: [String(RESILIENT_ORIGINS)] });
  const load = await spawn("./load.ts");
  const subjects = await startSubjects(runtime, origin.ready as string[]);
  try {
    const memory = await memoryOf(runtime, subjects);
    const pinned = await keepApart(subjects, origin, load);
    const { bare, gateway, resilient } = subjects;
    const [first, ...others] = await measure([bare, ...gateway, ...resilient], load, options);
    const sampledOf = new Map([...gateway, ...resilient].map((one, i) => [one, others[i]!]));
    const figuresOf = (of: readonly Subject[]): Figure[] =>
      of.flatMap((subject) => against(first!, sampledOf.get(subject)!, subject));
    const title = `Proxy on ${TITLES[runtime]}, against the bare pass-through`;
    const note = NOTE +
      (pinned
        ? "Gateway on one core, load and origin on another."
        : "No taskset here: all processes share all cores.");
    return [
      { title, note, figures: [...absolute(first!, "bare"), ...figuresOf(gateway)] },
      {
        title: `${title}: everything of resilience`,
        note: RESILIENT_NOTE,
        figures: figuresOf(resilient),
      },
      memory,
    ];
  } finally {
    for (const child of [subjects, origin, load]) await child.stop();
  }
}

function against(
  bare: readonly Sampled[],
  sampled: readonly Sampled[],
  { name, aim }: Subject,
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

async function memoryOf(
  runtime: Runtime,
  { bare, gateway, resilient }: Subjects,
): Promise<Section> {
  const resident = async (name: string, pid: number): Promise<Figure> => ({
    name,
    value: spreadOf([await residentMiB(pid)]),
    unit: "MiB",
  });
  return {
    title: `Memory on ${TITLES[runtime]}, resident, before any request`,
    figures: [
      await resident("bare", bare.pid),
      await resident("gateway", gateway[0]!.pid),
      await resident("gateway, everything of resilience", resilient[0]!.pid),
    ],
  };
}

/** @returns whether the system could do it */
async function keepApart(subjects: Subjects, ...rest: readonly Child[]): Promise<boolean> {
  if (navigator.hardwareConcurrency < 2) return false;
  const serving = [subjects.bare, subjects.gateway[0]!, subjects.resilient[0]!];
  const pinned = [
    ...await Promise.all(serving.map(({ pid }) => pin(pid, 0))),
    ...await Promise.all(rest.map(({ pid }) => pin(pid, 1))),
  ];
  return pinned.every(Boolean);
}

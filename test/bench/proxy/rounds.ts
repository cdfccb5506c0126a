/** Measures subjects in turns, so that whatever else the machine does meets all of them alike. */
import type { Child } from "./child.ts";
import type { LoadRequest, LoadResult } from "./load.ts";
import { cpuUs } from "./process.ts";
import { HOST, type Subject } from "./subjects.ts";

export interface Sampled {
  readonly cpuUsPerRequest: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
}

export interface RoundsOptions {
  readonly rounds: number;
  /** For each subject in each round. */
  readonly seconds: number;
}

/** @returns for each subject its measurements, one a round */
export async function measure(
  subjects: readonly Subject[],
  load: Child,
  { rounds, seconds }: RoundsOptions,
): Promise<readonly (readonly Sampled[])[]> {
  const sampled = subjects.map((): Sampled[] => []);
  for (const subject of subjects) await sample(subject, load, seconds);
  for (let round = 0; round < rounds; round++) {
    // There and back again: what drifts with time cancels out.
    const order = round % 2 === 0 ? [...subjects.keys()] : [...subjects.keys()].reverse();
    for (const at of order) sampled[at]!.push(await sample(subjects[at]!, load, seconds));
  }
  return sampled;
}

async function sample({ name, pid, url }: Subject, load: Child, seconds: number): Promise<Sampled> {
  const before = await cpuUs(pid);
  const request: LoadRequest = { url, host: HOST, seconds };
  const result = await load.ask(request) as LoadResult;
  const used = await cpuUs(pid) - before;
  if (result.failed > 0 || result.served === 0) {
    throw new Error(`${name}: ${result.served} answers of 2xx, ${result.failed} failures`);
  }
  return {
    cpuUsPerRequest: used / result.served,
    requestsPerSecond: result.served / result.seconds,
    p50Ms: result.latencyMs.p50,
  };
}

/** Traffic that keeps its pace whatever becomes of it, and origins that note when it reaches them. */
import { type Origin, startOrigin } from "./origin.ts";

export interface Flow {
  readonly path: string;
  readonly perSecond: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The origin's name, or the gateway's code; without an answer (status 0), why there is none. */
  readonly said: string;
}

/** How long a tick of the load is, in milliseconds. */
const TICK_MS = 10;

/** Header that says when the client sent the request. */
const SENT = "x-sent";

/**
 * Sends each flow's requests evenly over the time, without waiting for answers. A tick that comes
 * late sends what was due.
 *
 * @param gateway who gets the request that is sent `ms` after the start, the `n`th of its flow
 * @returns each flow's answers, in the order of the requests
 */
export async function drive<Name extends string>(
  flows: Readonly<Record<Name, Flow>>,
  forMs: number,
  gateway: (ms: number, n: number) => string,
): Promise<Readonly<Record<Name, readonly Answer[]>>> {
  const asked = (Object.entries(flows) as [Name, Flow][])
    .map(([name, flow]) => ({ name, flow, answers: [] as Promise<Answer>[] }));
  const startMs = performance.now();
  for (let ms = 0; ms < forMs; ms = performance.now() - startMs) {
    for (const { flow: { path, perSecond }, answers } of asked) {
      const due = Math.floor(perSecond * ms / 1000);
      for (let n = answers.length; n <= due; n++) answers.push(ask(gateway(ms, n) + path));
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  const answered: Partial<Record<Name, readonly Answer[]>> = {};
  for (const { name, answers } of asked) answered[name] = await Promise.all(answers);
  return answered as Record<Name, readonly Answer[]>;
}

async function ask(url: string): Promise<Answer> {
  const headers = { [SENT]: String(performance.now()) };
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) });
    const { name, code } = JSON.parse(await response.text());
    return { status: response.status, headers: response.headers, said: code ?? name };
  } catch (error) {
    return { status: 0, headers: new Headers(), said: String(error) };
  }
}

/** A request as an origin sees it, in milliseconds of this process's clock. */
export interface Arrival {
  /** When the client sent it, to the gateway. */
  readonly sentMs: number;
  readonly atMs: number;
}

export interface StampingOrigin extends Origin {
  /** As they came. */
  readonly arrivals: readonly Arrival[];
}

/** @param status of every answer; each says the origin's name */
export async function stampingOrigin(name: string, status = 200): Promise<StampingOrigin> {
  const arrivals: Arrival[] = [];
  const origin = await startOrigin((request, response) => {
    arrivals.push({ sentMs: Number(request.headers[SENT]), atMs: performance.now() });
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify({ name }));
  });
  return Object.assign(origin, { arrivals });
}

/**
 * The most requests that a gateway surely let pass within one window of `ms` milliseconds: those that
 * were sent and came within it. How fast they travel is not the gateway's doing, and on a busy
 * machine some are overtaken by later ones.
 */
export function fullest(arrivals: readonly Arrival[], ms: number): number {
  const counts = arrivals.map(({ sentMs: from }) =>
    arrivals.filter(({ sentMs, atMs }) => sentMs >= from && atMs < from + ms).length
  );
  return Math.max(0, ...counts);
}

/** Load on a gateway from this process, every answer of it kept. */

export interface Request {
  readonly path: string;
  readonly method: string;
  readonly body?: string;
}

export interface LoadOptions {
  /** Requests under way at any moment, at the most. */
  readonly concurrency: number;
  /** From one request of a worker to its next, at the least; a slow answer takes longer. 0 unless set. */
  readonly everyMs?: number;
  /** The `n`th, from 0; `GET /` unless set. */
  readonly request?: (n: number) => Request;
}

/** What a client got. */
export interface Answer {
  readonly id: string;
  readonly method: string;
  /** `null`: none. */
  readonly status: number | null;
  /** "200 aws-0", "503 circuit_open", or an error's text. */
  readonly said: string;
  readonly headers: Headers;
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
  readonly endedMs: number;
}

export interface Load {
  /** So far. */
  readonly answers: readonly Answer[];
  /** No new requests. Resolves once none is under way. */
  stop(): Promise<readonly Answer[]>;
}

/** A client's own limit: a gateway that says nothing fails a test instead of stopping it. */
const PATIENCE_MS = 12_000;

/** Ids stay unique over all loads of a test run. */
let ids = 0;

export function startLoad(url: string, options: LoadOptions): Load {
  const { concurrency, everyMs = 0, request = () => ({ path: "/", method: "GET" }) } = options;
  const answers: Answer[] = [];
  let [next, stopped] = [0, false];
  const work = async (worker: number): Promise<void> => {
    // Workers begin one after the other, so that they don't move in step.
    await pause(worker * everyMs / concurrency);
    while (!stopped) {
      const answer = await ask(url, request(next++));
      answers.push(answer);
      const restMs = everyMs - (Date.now() - answer.startedMs);
      if (restMs > 0 && !stopped) await pause(restMs);
    }
  };
  const workers = Array.from({ length: concurrency }, (_, i) => work(i));
  return {
    answers,
    async stop(): Promise<readonly Answer[]> {
      stopped = true;
      await Promise.all(workers);
      return answers;
    },
  };
}

/** Sends `count` requests at the same moment. @returns as soon as each is on its way */
export const volley = (url: string, count: number, request?: Request): Promise<Answer>[] =>
  Array.from({ length: count }, () => ask(url, request));

/** One request. Never rejects. */
export async function ask(
  url: string,
  { path, method, body }: Request = { path: "/", method: "GET" },
): Promise<Answer> {
  const id = String(++ids);
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(new Error("the client gave up")), PATIENCE_MS);
  const startedMs = Date.now();
  const got = { id, method, startedMs };
  try {
    const response = await fetch(url + path, {
      method,
      body: body ?? null,
      headers: { "x-chaos-id": id },
      signal: patience.signal,
    });
    const { status, headers } = response;
    const said = `${status} ${whatSaid(await response.text(), id, body ?? "")}`;
    return { ...got, status, headers, said, endedMs: Date.now() };
  } catch (error) {
    const said = String(error);
    return { ...got, status: null, headers: new Headers(), said, endedMs: Date.now() };
  } finally {
    clearTimeout(timer);
  }
}

/** The origin's name, the gateway's code, or what is wrong with an answer. */
function whatSaid(text: string, id: string, body: string): string {
  if (!text.startsWith("{")) return text.slice(0, 80);
  const said = JSON.parse(text);
  if (said.code !== undefined) return said.code;
  return said.id === id && said.body === body ? said.name : `somebody else's answer: ${text}`;
}

/** How many answers said what. */
export function tally(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { said } of answers) counts[said] = (counts[said] ?? 0) + 1;
  return counts;
}

/** `tally` of each second of a run, a line each: for the message of a test that fails. */
export function perSecond(answers: readonly Answer[]): string {
  const beganMs = Math.min(...answers.map(({ startedMs }) => startedMs));
  const seconds = Map.groupBy(answers, ({ endedMs }) => Math.floor((endedMs - beganMs) / 1000));
  return [...seconds].sort(([a], [b]) => a - b)
    .map(([second, some]) => `${second} s: ${JSON.stringify(tally(some))}`).join("\n");
}

/** The latency, in milliseconds, that `percent` of the answers stayed at or below. */
export function percentileMs(answers: readonly Answer[], percent: number): number {
  const sorted = answers.map(({ startedMs, endedMs }) => endedMs - startedMs).sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * percent / 100) - 1)]!;
}

export const pause = (ms: number): Promise<void> =>
  ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));

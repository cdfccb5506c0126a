/** A platform without a network: a clock turned by hand, upstreams that answer by script. */
import type { MutableHeaders } from "../../src/model/headers.ts";
import type {
  Answer,
  BodyDeadline,
  Exchange,
  IncomingBody,
  OutgoingBody,
  Platform,
  SendFailure,
  UpstreamRequest,
} from "../../src/model/platform.ts";
import { seededRandom } from "./random.ts";
import { FakeClock } from "./timers.ts";

/** What an upstream does with one request; a number is the status of an answer. */
export type Reply =
  | number
  | SendFailure["failure"]
  | "silence"
  | "untouched"
  | ((sent: Sent) => Promise<Answer | SendFailure>);

/** One request as the platform was to send it. */
export interface Sent extends Omit<UpstreamRequest, "headers"> {
  readonly atMs: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Replies in the order of requests, either whoever is asked, or by origin; the last one for ever.
 * Who is not named answers 200.
 */
export type Script = readonly Reply[] | Readonly<Record<string, readonly Reply[]>>;

const isSequence = (script: Script): script is readonly Reply[] => Array.isArray(script);

export class FakeAnswer implements Answer {
  readonly status: number;
  readonly headers: Headers;
  discarded = false;

  constructor(status: number, headers: HeadersInit = {}) {
    this.status = status;
    this.headers = new Headers(headers);
  }

  header(name: string): string | null {
    return this.headers.get(name);
  }

  discard(): void {
    this.discarded = true;
  }

  /** A body that is small: what becomes of it, if so. */
  whole: Promise<boolean> | null = null;

  /** Tells who holds the body that more of it has come. */
  arrive: () => void = () => {};

  hold(onChunk: (() => void) | null): Promise<boolean> | null {
    this.arrive = onChunk ?? ((): void => {});
    return this.whole;
  }
}

export class FakePlatform implements Platform {
  readonly clock = new FakeClock();
  readonly sent: Sent[] = [];
  readonly answers: FakeAnswer[] = [];
  random: () => number = seededRandom(7);
  readonly #script: Script;
  readonly #used = new Map<string, number>();
  #ids = 0;

  constructor(script: Script = {}) {
    this.#script = script;
  }

  now(): number {
    return this.clock.nowMs;
  }

  uuid(): string {
    return `00000000-0000-4000-8000-${String(++this.#ids).padStart(12, "0")}`;
  }

  after(ms: number, callback: () => void): () => void {
    return this.clock.after(ms, callback);
  }

  async send(request: UpstreamRequest): Promise<Answer | SendFailure> {
    const headers = Object.fromEntries(request.headers as Headers);
    const sent: Sent = { ...request, headers, atMs: this.now() };
    this.sent.push(sent);
    return await this.#reply(this.#next(new URL(request.url).origin), sent);
  }

  #next(origin: string): Reply {
    const [list, replies] = isSequence(this.#script)
      ? ["all", this.#script]
      : [origin, this.#script[origin] ?? [200]];
    const turn = this.#used.get(list) ?? 0;
    this.#used.set(list, turn + 1);
    return replies[Math.min(turn, replies.length - 1)]!;
  }

  #reply(reply: Reply, sent: Sent): Promise<Answer | SendFailure> {
    if (typeof reply === "function") return reply(sent);
    if (reply === "silence") return aborted(sent.signal);
    if (reply === "untouched") {
      return Promise.resolve({ failure: "connect", bodyUntouched: true });
    }
    if (typeof reply === "string") return Promise.resolve({ failure: reply, bodyUntouched: false });
    return Promise.resolve(this.answer(reply));
  }

  answer(status: number, headers: HeadersInit = {}): FakeAnswer {
    const answer = new FakeAnswer(status, headers);
    this.answers.push(answer);
    return answer;
  }
}

/** What a send that waits for ever comes to. */
export function aborted(signal: AbortSignal): Promise<SendFailure> {
  const failure: SendFailure = { failure: "aborted", bodyUntouched: false };
  if (signal.aborted) return Promise.resolve(failure);
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(failure)));
}

export interface ExchangeSpec {
  readonly method?: string;
  readonly url?: string;
  readonly peer?: string | null;
  readonly headers?: HeadersInit;
  readonly body?: IncomingBody | null;
}

export class FakeExchange implements Exchange {
  readonly method: string;
  readonly url: string;
  readonly peer: string | null;
  readonly body: IncomingBody | null;
  readonly headers: Headers;
  /** What `respond` was given last. */
  deadline: BodyDeadline | null = null;
  readonly #watchers = new Set<() => void>();

  constructor(spec: ExchangeSpec = {}) {
    this.method = spec.method ?? "GET";
    this.url = spec.url ?? "http://shop.test/";
    this.peer = spec.peer === undefined ? "198.51.100.7" : spec.peer;
    this.body = spec.body ?? null;
    this.headers = new Headers(spec.headers);
  }

  header(name: string): string | null {
    return this.headers.get(name);
  }

  copyHeaders(): MutableHeaders {
    return new Headers(this.headers);
  }

  /** Who wants to know when the client goes. */
  get watchers(): number {
    return this.#watchers.size;
  }

  onClientGone(callback: () => void): () => void {
    this.#watchers.add(callback);
    return () => void this.#watchers.delete(callback);
  }

  readonly place = null;

  /** Work behind the response. */
  readonly behind: Promise<void>[] = [];

  later(work: Promise<void>): void {
    this.behind.push(work);
  }

  leave(): void {
    for (const callback of [...this.#watchers]) callback();
  }

  respond(
    answer: Answer,
    edit: (headers: MutableHeaders) => void,
    deadline: BodyDeadline | null,
  ): Response {
    this.deadline = deadline;
    const headers = new Headers((answer as FakeAnswer).headers);
    edit(headers);
    return new Response(null, { status: answer.status, headers });
  }
}

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A body that arrived at once. @param length as announced; `null`: not */
export function arrived(text: string, length: number | null = text.length): IncomingBody {
  const stream = new Response(text).body!;
  return { length, bytes: () => Promise.resolve(bytesOf(text)), stream: () => stream };
}

/** A body of unknown length whose client is played by the test. */
export interface Upload extends IncomingBody {
  write(text: string): void;
  end(): void;
  /** The client breaks off. */
  break(): void;
}

export function upload(): Upload {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>({ start: (c) => void (controller = c) });
  return {
    length: null,
    bytes: () => Promise.reject(new TypeError("not announced, so not to be read whole")),
    stream: () => stream,
    write: (text) => controller.enqueue(bytesOf(text)),
    end: () => controller.close(),
    break: () => controller.error(new Error("the client broke off")),
  };
}

/** All of a try's body, or what came before it failed. */
export async function received(body: OutgoingBody | null): Promise<{ text: string; ok: boolean }> {
  if (body === null) return { text: "", ok: true };
  if (body.kind === "bytes") return { text: new TextDecoder().decode(body.bytes), ok: true };
  let text = "";
  try {
    for await (const chunk of body.stream) text += new TextDecoder().decode(chunk);
    return { text, ok: true };
  } catch {
    return { text, ok: false };
  }
}

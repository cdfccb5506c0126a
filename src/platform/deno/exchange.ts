/** One request to `Deno.serve`, as the gateway sees it. */
import type { MutableHeaders } from "../../model/headers.ts";
import type { Answer, BodyDeadline, Exchange, IncomingBody } from "../../model/platform.ts";
import { PairHeaders } from "./pair_headers.ts";
import type { FetchAnswer } from "./send.ts";
import { type SocketAnswer, upgrade } from "./websocket.ts";

/**
 * Asking for `request.signal` is the dearest thing a handler can do on Deno, so
 * it is done only for requests that are not answered within this time.
 */
const WATCH_CLIENT_AFTER_MS = 50;

export class DenoExchange implements Exchange {
  readonly method: string;
  readonly url: string;
  readonly body: IncomingBody | null;
  readonly #request: Request;
  readonly #info: Deno.ServeHandlerInfo;

  constructor(request: Request, info: Deno.ServeHandlerInfo) {
    this.#request = request;
    this.#info = info;
    this.method = request.method;
    this.url = request.url;
    this.body = incomingBody(request);
  }

  get peer(): string | null {
    const address = this.#info.remoteAddr;
    return "hostname" in address ? address.hostname : null;
  }

  header(name: string): string | null {
    return this.#request.headers.get(name);
  }

  copyHeaders(): MutableHeaders {
    return new PairHeaders(this.#request.headers);
  }

  onClientGone(callback: () => void): () => void {
    const timer = setTimeout(() => {
      const { signal } = this.#request;
      if (signal.aborted) callback();
      else signal.addEventListener("abort", callback, { once: true });
    }, WATCH_CLIENT_AFTER_MS);
    return () => clearTimeout(timer);
  }

  respond(
    answer: Answer,
    edit: (headers: MutableHeaders) => void,
    deadline: BodyDeadline | null,
  ): Response {
    const sent = answer as FetchAnswer | SocketAnswer;
    if (sent.kind === "socket") return upgrade(this.#request, sent, edit);
    const response = new Response(sent.response.body, sent.response);
    if (sent.decoded) describeDecoded(response.headers);
    edit(response.headers);
    if (deadline !== null) this.#enforce(deadline);
    return response;
  }

  #enforce({ atMs, abort }: BodyDeadline): void {
    const timer = setTimeout(abort, Math.max(0, atMs - Date.now()));
    const done = (): void => clearTimeout(timer);
    this.#info.completed.then(done, done);
  }
}

/** RFC 9110 §8.8.1: what is no longer byte for byte the same has at most a weak validator. */
function describeDecoded(headers: Headers): void {
  headers.delete("content-encoding");
  headers.delete("content-length");
  const etag = headers.get("etag");
  if (etag !== null && !etag.startsWith("W/")) headers.set("etag", `W/${etag}`);
}

function incomingBody(request: Request): IncomingBody | null {
  const length = request.headers.get("content-length");
  if (length === "0") return null;
  // HTTP/1.1 announces a body; only HTTP/2, which has no Host header, may leave it unsaid.
  const announced = length !== null || request.headers.has("transfer-encoding") ||
    !request.headers.has("host");
  if (!announced || request.body === null) return null;
  return {
    length: length === null ? null : Number(length),
    bytes: async () => new Uint8Array(await request.arrayBuffer()),
    stream: () => request.body!,
  };
}

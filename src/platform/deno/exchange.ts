/** One request to `Deno.serve`, as the gateway sees it. */
import type { MutableHeaders } from "../../model/headers.ts";
import type { PlatformPlace } from "../../model/place.ts";
import type { Answer, BodyDeadline, Exchange, IncomingBody } from "../../model/platform.ts";
import { withDeadline } from "./body_deadline.ts";
import { MapHeaders } from "./map_headers.ts";
import type { DenoAnswer } from "./answer.ts";
import { after } from "./timers.ts";
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
  readonly #headers: MapHeaders;
  readonly #info: Deno.ServeHandlerInfo;

  /** @param plainHttp whether the listener takes no TLS, and nothing in front of it does */
  constructor(request: Request, info: Deno.ServeHandlerInfo, plainHttp: boolean) {
    this.#request = request;
    this.#headers = MapHeaders.from(request.headers);
    this.#info = info;
    this.method = request.method;
    this.url = plainHttp ? asPlainHttp(request.url) : request.url;
    this.body = incomingBody(request, this.#headers);
  }

  get peer(): string | null {
    const address = this.#info.remoteAddr;
    return "hostname" in address ? address.hostname : null;
  }

  /** Nothing on Deno says where a client is; a proxy in front can. */
  get place(): PlatformPlace | null {
    return null;
  }

  header(name: string): string | null {
    return this.#headers.get(name);
  }

  copyHeaders(): MutableHeaders {
    return this.#headers.clone();
  }

  onClientGone(callback: () => void): () => void {
    return after(WATCH_CLIENT_AFTER_MS, () => {
      const { signal } = this.#request;
      if (signal.aborted) callback();
      else signal.addEventListener("abort", callback, { once: true });
    });
  }

  /** A process that serves is not waiting to end: work needs no one to hold it. */
  later(): void {}

  respond(
    answer: Answer,
    edit: (headers: MutableHeaders) => void,
    deadline: BodyDeadline | null,
  ): Response {
    const sent = answer as DenoAnswer | SocketAnswer;
    if (sent.kind === "socket") return upgrade(this.#request, sent, edit);
    const response = new Response(bodyOf(sent, deadline), sent.response);
    if (sent.decoded) describeDecoded(response.headers);
    edit(response.headers);
    return response;
  }
}

function bodyOf(
  { response: { body }, held }: DenoAnswer,
  deadline: BodyDeadline | null,
): BodyInit | null {
  if (held.bytes !== null) return held.bytes;
  return body === null || deadline === null ? body : withDeadline(body, deadline);
}

/** RFC 9110 §8.8.1: what is no longer byte for byte the same has at most a weak validator. */
function describeDecoded(headers: Headers): void {
  headers.delete("content-encoding");
  headers.delete("content-length");
  const etag = headers.get("etag");
  if (etag !== null && !etag.startsWith("W/")) headers.set("etag", `W/${etag}`);
}

/** A target in absolute form brings a scheme of the client's choice, in letters of its choice. */
const asPlainHttp = (url: string): string =>
  url.startsWith("http://") ? url : url.replace(/^https?:/i, "http:");

/** The body of a GET or HEAD request, which Deno hides, is still said to be there. */
function incomingBody(request: Request, headers: MapHeaders): IncomingBody | null {
  const length = headers.get("content-length");
  if (length === "0") return null;
  const announced = length !== null || headers.get("transfer-encoding") !== null;
  // HTTP/1.1 announces a body; only HTTP/2, which has no Host header, may leave it unsaid.
  if (!announced && (headers.get("host") !== null || request.body === null)) return null;
  return {
    length: length === null ? null : Number(length),
    bytes: async () => new Uint8Array(await request.arrayBuffer()),
    stream: () => request.body!,
  };
}

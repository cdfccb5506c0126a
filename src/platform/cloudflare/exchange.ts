/** One request to a Worker, as the gateway sees it. */
import { addressIn } from "../../forward/address.ts";
import type { MutableHeaders } from "../../model/headers.ts";
import type { PlatformPlace } from "../../model/place.ts";
import type { Answer, BodyDeadline, Exchange, IncomingBody } from "../../model/platform.ts";
import { withDeadline } from "./body_deadline.ts";
import type { Context } from "./env.ts";
import type { FetchAnswer } from "../fetch_answer.ts";

/** What workerd adds to a 101 answer: the upstream's end of the socket. */
type MaybeSocket = Response & { readonly webSocket?: object | null };

export class WorkerExchange implements Exchange {
  readonly method: string;
  readonly url: string;
  readonly body: IncomingBody | null;
  readonly #request: Request;
  readonly #headers: Headers;
  readonly #context: Context;

  constructor(request: Request, context: Context) {
    this.#request = request;
    this.#headers = request.headers;
    this.#context = context;
    this.method = request.method;
    this.url = request.url;
    this.body = incomingBody(request);
  }

  /** A workerd that faces its clients itself knows their address; Cloudflare's edge says it in a header. */
  get peer(): string | null {
    const { cf } = this.#request as Request & { cf?: { clientIp?: unknown } };
    const direct = typeof cf?.clientIp === "string" ? addressIn(cf.clientIp) : null;
    return direct ?? this.header("cf-connecting-ip");
  }

  /** Read when asked for: `request.cf` is parsed at its first use. */
  get place(): PlatformPlace | null {
    const { cf } = this.#request as Request & { cf?: Readonly<Record<string, unknown>> };
    if (!cf) return null;
    const text = (value: unknown): string | null => typeof value === "string" ? value : null;
    return {
      country: text(cf["country"]),
      latitude: text(cf["latitude"]),
      longitude: text(cf["longitude"]),
    };
  }

  header(name: string): string | null {
    return this.#headers.get(name);
  }

  copyHeaders(): MutableHeaders {
    return new Headers(this.#headers);
  }

  /**
   * Nothing to do: workerd itself ends a request's work when it sees its client go, at once and
   * without running what would come after (see `health/in_flight.ts`).
   */
  onClientGone(): () => void {
    return () => {};
  }

  later(work: Promise<void>): void {
    this.#context.waitUntil(work);
  }

  respond(
    answer: Answer,
    edit: (headers: MutableHeaders) => void,
    deadline: BodyDeadline | null,
  ): Response {
    const { response, held } = answer as FetchAnswer;
    const { webSocket } = response as MaybeSocket;
    if (webSocket) {
      const init = { status: 101, webSocket, headers: new Headers(response.headers) };
      edit(init.headers);
      return new Response(null, init);
    }
    const body = deadline === null
      ? response.body
      : withDeadline(response, deadline, this.#context);
    const answered = new Response(held.bytes ?? body, response);
    edit(answered.headers);
    return answered;
  }
}

function incomingBody(request: Request): IncomingBody | null {
  const { body } = request;
  const length = request.headers.get("content-length");
  if (body === null || length === "0") return null;
  return {
    length: length === null ? null : Number(length),
    bytes: async () => new Uint8Array(await request.arrayBuffer()),
    stream: () => body,
  };
}

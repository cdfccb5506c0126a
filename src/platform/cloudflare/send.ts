/** Sends one try by `fetch` or through a binding, and tells how far it came. */
import type { Answer, OutgoingBody, SendFailure, UpstreamRequest } from "../../model/platform.ts";
import { type Env, type Fetcher, fetcherOf } from "./env.ts";

export interface FetchAnswer extends Answer {
  readonly response: Response;
}

/**
 * Cloudflare's network answers in the origin's place when it could not connect: refused, connect
 * timeout, unreachable, TLS (twice), name not found. All of these were never on a connection.
 */
const NEVER_CONNECTED = new Set([521, 522, 523, 525, 526, 530]);

/** Set by fetch itself, from the body and the URL. */
const FRAMING = ["content-length", "host"] as const;

export async function send(
  request: UpstreamRequest,
  env: Env,
): Promise<Answer | SendFailure> {
  const headers = request.headers as Headers;
  for (const name of FRAMING) headers.delete(name);
  if (request.upgrade) headers.set("upgrade", "websocket");
  const fetcher = request.binding === null ? network : fetcherOf(env, request.binding);
  // A policy whose bindings are missing is refused when it arrives, so this one went since.
  if (fetcher === null) return { failure: "connect", bodyUntouched: true };
  try {
    const response = await fetcher.fetch(request.url, {
      method: request.method,
      headers,
      body: contentOf(request.body),
      redirect: "manual",
      signal: request.signal,
    });
    if (!NEVER_CONNECTED.has(response.status)) return answer(response);
    await response.body?.cancel();
    return { failure: "connect", bodyUntouched: false };
  } catch {
    // workerd words refused, reset and garbage alike, so none of them is surely "never connected".
    return { failure: request.signal.aborted ? "aborted" : "reset", bodyUntouched: false };
  }
}

const network: Fetcher = { fetch: (url, init) => fetch(url, init) };

const contentOf = (body: OutgoingBody | null): BodyInit | null =>
  body === null ? null : body.kind === "bytes" ? body.bytes : body.stream;

const answer = (response: Response): FetchAnswer => ({
  response,
  status: response.status,
  header: (name) => response.headers.get(name),
  discard: () => void response.body?.cancel().catch(ignore),
});

/** Cancelling a body that has failed meanwhile fails too; there is nothing left to cancel then. */
const ignore = (): void => {};

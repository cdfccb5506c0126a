/** Sends one try by `fetch` or through a binding, and tells how far it came. */
import type { Answer, SendFailure, UpstreamRequest } from "../../model/platform.ts";
import { fetchAnswer } from "../fetch_answer.ts";
import { type Env, type Fetcher, fetcherOf } from "./env.ts";
import { uploadOf } from "./upload.ts";

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
  const upload = uploadOf(request.body);
  try {
    const response = await fetcher.fetch(request.url, {
      method: request.method,
      headers,
      body: upload.content,
      redirect: "manual",
      signal: request.signal,
    });
    const { status } = response;
    // A 101 that nobody asked for, or a status that a Response can't carry, can't be handed on.
    const legal = status <= 599 && (status >= 200 || (request.upgrade && status === 101));
    if (legal && !NEVER_CONNECTED.has(status)) return fetchAnswer(response);
    await response.body?.cancel();
    return { failure: legal ? "connect" : "reset", bodyUntouched: false };
  } catch {
    // workerd words refused, reset and garbage alike, so none of them is surely "never connected".
    const ended = request.signal.aborted || upload.broken();
    return { failure: ended ? "aborted" : "reset", bodyUntouched: false };
  }
}

const network: Fetcher = { fetch: (url, init) => fetch(url, init) };

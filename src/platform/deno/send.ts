/** Sends one try by `fetch`, and tells from its errors how far it came. */
import type { Answer, OutgoingBody, SendFailure, UpstreamRequest } from "../../model/platform.ts";
import type { PairHeaders } from "./pair_headers.ts";
import { openWebSocket } from "./websocket.ts";

/** An answer that `fetch` brought. */
export interface FetchAnswer extends Answer {
  readonly kind: "fetch";
  readonly response: Response;
  /** The body was compressed and fetch has decoded it: its headers no longer fit. */
  readonly decoded: boolean;
}

/** Connections are kept and shared. */
const pooled = Deno.createHttpClient({ allowHost: true, poolMaxIdlePerHost: 256 });

/**
 * Each request gets a connection of its own. On a kept one, Deno's fetch sends
 * a request again by itself when the origin closes without an answer, also one
 * that the origin has read: what must not be done twice can't go there.
 */
const unpooled = Deno.createHttpClient({ allowHost: true, poolMaxIdlePerHost: 0 });

export async function send(request: UpstreamRequest): Promise<Answer | SendFailure> {
  if (request.upgrade) return await openWebSocket(request);
  const headers = (request.headers as PairHeaders).pairs.filter(([name]) => !FRAMING.has(name));
  if (request.host !== null) headers.push(["host", request.host]);
  // Without this, fetch would ask for compression on its own account.
  const wanted = headers.find(([name]) => name === "accept-encoding")?.[1];
  if (wanted === undefined) headers.push(["accept-encoding", "identity"]);
  if (!request.idempotent) headers.push(["connection", "close"]);

  const { body } = request;
  const once = body?.kind === "stream" && body.length !== null;
  if (once && !await canConnect(request.url)) return { failure: "connect", bodyUntouched: true };
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers,
      body: contentOf(body),
      redirect: "manual",
      signal: request.signal,
      client: request.idempotent ? pooled : unpooled,
    });
    // A status that a Response can't carry is no HTTP that could be handed on.
    if (response.status > 599) {
      await response.body?.cancel();
      return { failure: "reset", bodyUntouched: false };
    }
    const raw = wanted === undefined || wanted.toLowerCase() === "identity" ||
      headers.some(([name]) => name === "range");
    return fetchAnswer(response, raw);
  } catch (error) {
    return { failure: failureOf(error, request.signal), bodyUntouched: false };
  }
}

/** Set by fetch itself, from the body and the URL. */
const FRAMING = new Set(["content-length", "host"]);

const contentOf = (body: OutgoingBody | null): BodyInit | null =>
  body === null ? null : body.kind === "bytes" ? body.bytes : body.stream;

function fetchAnswer(response: Response, raw: boolean): FetchAnswer {
  const encoding = response.headers.get("content-encoding");
  const decoded = !raw && response.body !== null && encoding !== null &&
    /^(?:gzip|br)$/i.test(encoding);
  return {
    kind: "fetch",
    response,
    decoded,
    status: response.status,
    header: (name) => response.headers.get(name),
    discard: () => void response.body?.cancel().catch(ignore),
  };
}

/**
 * A body that can't be sent twice is not risked on a connection that can't be
 * made: this finds out before any of it is read.
 */
async function canConnect(url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  try {
    const connection = await Deno.connect({
      hostname: hostname.replace(/^\[|\]$/g, ""),
      port: Number(port) || (protocol === "https:" ? 443 : 80),
    });
    connection.close();
    return true;
  } catch {
    return false;
  }
}

/** fetch's errors have no codes; only hyper's own words tell a connect failure (deno 2.5 to 2.9). */
function failureOf(error: unknown, signal: AbortSignal): SendFailure["failure"] {
  if (signal.aborted) return "aborted";
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : "";
  if (cause.includes("client error (Connect)")) return "connect";
  // The client's side of the body broke: it says nothing about the upstream.
  const text = `${cause} ${error}`;
  return text.includes("Cannot read request body") ? "aborted" : "reset";
}

/** Cancelling a body that has failed meanwhile fails too; there is nothing left to cancel then. */
const ignore = (): void => {};

/** Sends one try by `fetch`, and tells from its errors how far it came. */
import type { Answer, OutgoingBody, SendFailure, UpstreamRequest } from "../../model/platform.ts";
import { denoAnswer } from "./answer.ts";
import type { MapHeaders } from "./map_headers.ts";
import { openWebSocket } from "./websocket.ts";

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
  const headers = request.headers as MapHeaders;
  // Set by fetch itself, from the body and the URL.
  headers.delete("content-length");
  if (request.host === null) headers.delete("host");
  else headers.set("host", request.host);
  // Without this, fetch would ask for compression on its own account.
  const wanted = headers.get("accept-encoding") ?? "identity";
  headers.set("accept-encoding", wanted);
  if (!request.idempotent) headers.set("connection", "close");

  const { body } = request;
  const once = body?.kind === "stream" && body.length !== null;
  if (once && !await canConnect(request.url, request.signal)) {
    return { failure: "connect", bodyUntouched: true };
  }
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: [...headers.values],
      body: contentOf(body),
      redirect: "manual",
      signal: request.signal,
      client: request.idempotent ? pooled : unpooled,
    });
    // Nobody asked for a 101 here; and a status that a Response can't carry can't be handed on.
    if (response.status < 200 || response.status > 599) {
      await response.body?.cancel();
      return { failure: "reset", bodyUntouched: false };
    }
    const raw = wanted.toLowerCase() === "identity" || headers.get("range") !== null;
    return denoAnswer(response, !raw && decodes(response));
  } catch (error) {
    return { failure: failureOf(error, request.signal), bodyUntouched: false };
  }
}

/** fetch decodes these two, where it was asked for any and for more than a part. */
const decodes = ({ headers, body }: Response): boolean =>
  body !== null && /^(?:gzip|br)$/i.test(headers.get("content-encoding") ?? "");

const contentOf = (body: OutgoingBody | null): BodyInit | null =>
  body === null ? null : body.kind === "bytes" ? body.bytes : body.stream;

/**
 * A body that can't be sent twice is not risked on a connection that can't be
 * made: this finds out before any of it is read.
 */
async function canConnect(url: string, signal: AbortSignal): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  try {
    const connection = await Deno.connect({
      hostname: hostname.replace(/^\[|\]$/g, ""),
      port: Number(port) || (protocol === "https:" ? 443 : 80),
      signal,
    });
    connection.close();
    return true;
  } catch {
    return false;
  }
}

/** Deno's words for an upload that its client ended too soon: by FIN, by RST. */
const CLIENT_BROKE_OFF = ["Cannot read request body", "unexpected EOF while reading HTTP/1 body"];

/** fetch's errors have no codes; only hyper's own words tell a connect failure (deno 2.5 to 2.9). */
function failureOf(error: unknown, signal: AbortSignal): SendFailure["failure"] {
  if (signal.aborted) return "aborted";
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : "";
  if (cause.includes("client error (Connect)")) return "connect";
  // The client's side of the body broke: it says nothing about the upstream.
  const text = `${cause} ${error}`;
  return CLIENT_BROKE_OFF.some((words) => text.includes(words)) ? "aborted" : "reset";
}

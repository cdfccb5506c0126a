/**
 * WebSockets on Deno, where neither `fetch` nor the built-in client can hand an
 * upgrade through: the upstream is dialled first (package ws, which shows the
 * answer if it is no 101), then the client is upgraded, then messages are pumped
 * both ways.
 */
// @ts-types="@types/ws"
import { WebSocket as UpstreamSocket } from "ws";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { problem } from "../../../routes/problem.ts";
import { fault } from "../../model/fault.ts";
import type { MutableHeaders } from "../../model/headers.ts";
import type { Answer, SendFailure, UpstreamRequest } from "../../model/platform.ts";
import { denoAnswer } from "./answer.ts";
import type { MapHeaders } from "./map_headers.ts";
import { pump } from "./websocket_pump.ts";

/** An upstream that agreed to talk WebSocket. */
export interface SocketAnswer extends Answer {
  readonly kind: "socket";
  readonly socket: UpstreamSocket;
  readonly headers: Headers;
}

/** Set by the WebSocket client and server themselves (RFC 6455 §11.3), each for its own connection. */
const HANDSHAKE = new Set([
  "connection",
  "content-length",
  "host",
  "sec-websocket-accept",
  "sec-websocket-extensions",
  "sec-websocket-key",
  "sec-websocket-protocol",
  "sec-websocket-version",
  "transfer-encoding",
  "upgrade",
]);

export function openWebSocket(request: UpstreamRequest): Promise<Answer | SendFailure> {
  const headers: Record<string, string> = {};
  for (const [name, value] of (request.headers as MapHeaders).values) {
    if (!HANDSHAKE.has(name)) headers[name] = value;
  }
  if (request.host !== null) headers["host"] = request.host;
  const offered = request.headers.get("sec-websocket-protocol");
  const protocols = offered === null ? [] : offered.split(",").map((name) => name.trim());

  const { promise, resolve } = Promise.withResolvers<Answer | SendFailure>();
  const socket = new UpstreamSocket(request.url.replace(/^http/, "ws"), protocols, {
    perMessageDeflate: false,
    followRedirects: false,
    headers,
  });
  let answered = new Headers();
  const giveUp = (): void => socket.terminate();
  request.signal.addEventListener("abort", giveUp, { once: true });
  const settle = (outcome: Answer | SendFailure): void => {
    request.signal.removeEventListener("abort", giveUp);
    resolve(outcome);
  };
  socket.on("upgrade", (message) => answered = endToEnd(message));
  socket.on("open", () => {
    // Nothing is read before the client is there to receive it.
    socket.pause();
    settle(socketAnswer(socket, answered));
  });
  socket.on("unexpected-response", (_request, message) => settle(refusal(message)));
  socket.on("error", (error) => {
    settle({ failure: failureOf(error, request.signal), bodyUntouched: true });
  });
  return promise;
}

function failureOf(error: Error, signal: AbortSignal): SendFailure["failure"] {
  if (signal.aborted) return "aborted";
  const code = "code" in error ? error.code : undefined;
  return code === "ECONNREFUSED" || code === "ENOTFOUND" || code === "EHOSTUNREACH"
    ? "connect"
    : "reset";
}

function socketAnswer(socket: UpstreamSocket, headers: Headers): SocketAnswer {
  return {
    kind: "socket",
    socket,
    headers,
    status: 101,
    header: (name) => headers.get(name),
    discard: () => socket.terminate(),
    hold: () => null,
  };
}

/** Whatever the upstream said instead of 101, as an ordinary answer. */
function refusal(message: IncomingMessage): Answer {
  const status = message.statusCode ?? 502;
  const hasBody = status !== 204 && status !== 205 && status !== 304;
  const body = hasBody ? Readable.toWeb(message) as ReadableStream<Uint8Array> : null;
  const response = new Response(body, { status, headers: endToEnd(message) });
  return { ...denoAnswer(response, false), discard: () => void message.destroy() };
}

function endToEnd({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!HANDSHAKE.has(rawHeaders[i]!.toLowerCase())) {
      headers.append(rawHeaders[i]!, rawHeaders[i + 1]!);
    }
  }
  return headers;
}

/**
 * Upgrades the client and joins it to the upstream.
 *
 * From `Deno.upgradeWebSocket` on, anything but returning its own response
 * closes the whole listener for everyone: so it comes last, and what follows it
 * can't throw.
 */
export function upgrade(
  request: Request,
  { socket, headers }: SocketAnswer,
  edit: (headers: MutableHeaders) => void,
): Response {
  edit(headers);
  // Deno, told of it, would look for it in a list that it splits at ", " only.
  if (socket.protocol !== "") headers.set("sec-websocket-protocol", socket.protocol);
  let upgraded: Deno.WebSocketUpgrade;
  try {
    upgraded = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  } catch {
    socket.terminate();
    return problem(fault("bad_request", "The WebSocket handshake is not valid."));
  }
  try {
    headers.forEach((value, name) => upgraded.response.headers.append(name, value));
    pump(upgraded.socket, socket);
  } catch {
    socket.terminate();
  }
  return upgraded.response;
}

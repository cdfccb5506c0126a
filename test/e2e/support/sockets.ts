/** WebSockets for end-to-end tests: origins in this process, and a client that tells what it sees. */
// @ts-types="@types/ws"
import { WebSocket, WebSocketServer } from "ws";
import { type ClientRequest, createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export type Serve = (socket: WebSocket, request: IncomingMessage) => void;

export interface SocketOrigin extends AsyncDisposable {
  readonly url: string;
  /** Handshakes so far. */
  readonly hits: number;
}

/** Says back what it hears. */
export const echo: Serve = (socket) =>
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));

/** @param headers what the 101 carries beside the handshake's own */
export async function startSocketOrigin(
  serve: Serve,
  headers: readonly string[] = [],
): Promise<SocketOrigin> {
  let hits = 0;
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: true });
  sockets.on("headers", (lines) => void lines.push(...headers));
  sockets.on("connection", (socket, request) => {
    hits++;
    socket.on("error", () => {});
    serve(socket, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get hits(): number {
      return hits;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export interface OpenSocket {
  readonly socket: WebSocket;
  /** The headers of the 101. */
  readonly headers: Headers;
  /** The next message, in order. */
  next(): Promise<string | Uint8Array>;
  /** How it ended. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** A handshake that was answered otherwise. */
export interface Refusal {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface DialOptions {
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** @throws if the handshake is refused */
export async function open(url: string, options: DialOptions = {}): Promise<OpenSocket> {
  const dialled = await dial(url, options);
  if ("status" in dialled) throw new Error(`refused: ${dialled.status} ${dialled.body}`);
  return dialled;
}

export function dial(url: string, options: DialOptions = {}): Promise<OpenSocket | Refusal> {
  const { promise, resolve, reject } = Promise.withResolvers<OpenSocket | Refusal>();
  const socket = new WebSocket(url.replace(/^http/, "ws"), [...options.protocols ?? []], {
    headers: { ...options.headers },
  });
  const inbox: (string | Uint8Array)[] = [];
  let arrived = Promise.withResolvers<void>();
  socket.on("message", (data, isBinary) => {
    inbox.push(isBinary ? new Uint8Array(data as ArrayBuffer) : String(data));
    arrived.resolve();
    arrived = Promise.withResolvers();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
  });
  let headers = new Headers();
  socket.on("upgrade", (message) => headers = headersOf(message));
  socket.on("error", reject);
  socket.on("open", () =>
    resolve({
      socket,
      headers,
      closed,
      async next(): Promise<string | Uint8Array> {
        while (inbox.length === 0) await arrived.promise;
        return inbox.shift()!;
      },
    }));
  socket.on("unexpected-response", (request, message) => {
    void readRefusal(request, message).then(resolve, reject);
  });
  return promise;
}

async function readRefusal(request: ClientRequest, message: IncomingMessage): Promise<Refusal> {
  let body = "";
  for await (const part of message) body += part;
  request.destroy();
  return { status: message.statusCode ?? 0, headers: headersOf(message), body };
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i]!, rawHeaders[i + 1]!);
  return headers;
}

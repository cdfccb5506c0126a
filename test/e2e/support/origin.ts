/** Origins for end-to-end tests: real servers in this process, which can be killed and brought back. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface Origin extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Requests received so far. */
  readonly hits: number;
  /** Closes the listener and every connection: the next connect is refused. */
  kill(): Promise<void>;
  /** Listens again, on the same port. */
  revive(): Promise<void>;
}

/** Answers who it is and what it received, as JSON. */
export const echo = (name: string): Answer => async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  const { method, url, headers, rawHeaders } = request;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ name, method, url, headers, rawHeaders, body }));
};

export async function startOrigin(answer: Answer | string): Promise<Origin> {
  const handler = typeof answer === "string" ? echo(answer) : answer;
  let hits = 0;
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    hits++;
    void handler(request, response);
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const kill = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    get hits(): number {
      return hits;
    },
    kill,
    revive: () => listen(port),
    async [Symbol.asyncDispose](): Promise<void> {
      if (server.listening) await kill();
    },
  };
}

/** The demo's clusters: small servers that say who they are, and can be stopped and started. */
import { createServer, type Server } from "node:http";
import { CommandError, EXIT } from "../exit_codes.ts";

export interface DemoCluster {
  readonly name: string;
  readonly location: string;
  /** One for each endpoint, on 127.0.0.1. */
  readonly ports: readonly number[];
}

export interface RunningCluster extends DemoCluster {
  readonly isRunning: boolean;
  /** Listens again. */
  start(): Promise<void>;
  /** Cuts every connection; the next one is refused. */
  stop(): Promise<void>;
}

/** @throws {CommandError} when a port is taken */
export async function startCluster(cluster: DemoCluster): Promise<RunningCluster> {
  let servers: readonly Server[] = [];
  const running: RunningCluster = {
    ...cluster,
    get isRunning(): boolean {
      return servers.length > 0;
    },
    async start(): Promise<void> {
      if (servers.length > 0) return;
      const started = cluster.ports.map((port) => listen(endpoint(cluster, port), port, cluster));
      servers = await Promise.all(started);
    },
    async stop(): Promise<void> {
      const stopping = servers;
      servers = [];
      await Promise.all(stopping.map(close));
    },
  };
  await running.start();
  return running;
}

/** Answers who it is and what it received, as one line of JSON. */
function endpoint({ name, location }: DemoCluster, port: number): Server {
  return createServer((request, response) => {
    // A request with a body is answered once that is read, so that its connection can be kept.
    request.resume().on("end", () => {
      const { method, url: path } = request;
      const answer = { cluster: name, location, endpoint: `127.0.0.1:${port}`, method, path };
      response.setHeader("content-type", "application/json");
      response.end(`${JSON.stringify(answer)}\n`);
    });
  });
}

function listen(server: Server, port: number, { name }: DemoCluster): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const reason = "code" in error && error.code === "EADDRINUSE"
        ? `port ${port} on 127.0.0.1 is taken by another process: choose others with --clusters-from`
        : `can't listen on port ${port}: ${error.message}`;
      reject(new CommandError(EXIT.unreachable, `cluster ${name}: ${reason}`));
    });
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

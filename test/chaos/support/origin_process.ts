/**
 * An origin in a process of its own: `deno run origin_process.ts NAME PORT`. It
 * takes one JSON `Order` a line on standard input and ends with it. On standard
 * output it says "ready PORT", "done" after each order, and of each request
 * "in ID METHOD BEHAVIOUR MS" as it comes and "out ID" as it ends, at once, so
 * that nothing it has received is forgotten when it is killed.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What happens to a request. A wait is in milliseconds. */
export type Behaviour =
  | { readonly kind: "ok" }
  /** No answer, until it is released. */
  | { readonly kind: "hang" }
  /** Answers after a wait drawn evenly between the two. */
  | { readonly kind: "slow"; readonly fromMs: number; readonly toMs: number }
  /** Reads the request, and resets the connection (RST). */
  | { readonly kind: "reset" }
  | { readonly kind: "status"; readonly status: number; readonly afterMs: number };

export type Order =
  /** Requests that come from now on; of these, each `every`th (1: all). The others are answered. */
  | { readonly behave: Behaviour; readonly every: number }
  /** Those that hang are answered now. */
  | { readonly release: true };

const encoder = new TextEncoder();
const say = (line: string): void => void Deno.stdout.writeSync(encoder.encode(`${line}\n`));

/** Until the port is free: what holds it is a connection that is about to end. */
const BIND_AGAIN_MS = 20;

function serve(name: string, port: number): void {
  let order: Extract<Order, { behave: Behaviour }> = { behave: { kind: "ok" }, every: 1 };
  let count = 0;
  const held = new Set<() => void>();

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const met: Behaviour = ++count % order.every === 0 ? order.behave : { kind: "ok" };
    const id = request.headers["x-chaos-id"];
    say(`in ${id} ${request.method} ${met.kind} ${Date.now()}`);
    let isOut = false;
    // Said before the answer is on its way: the next request may be here before its last byte is out.
    const out = (): void => {
      if (!isOut) say(`out ${id}`);
      isOut = true;
    };
    response.on("close", out);
    // Held from now on: it may be released before its body has been read.
    const released = met.kind === "hang" ? new Promise<void>((resolve) => held.add(resolve)) : null;
    let body = "";
    for await (const chunk of request) body += chunk;
    const end = (status: number): void => {
      out();
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ name, id, body }));
    };
    switch (met.kind) {
      case "ok":
        return end(200);
      case "hang":
        await released;
        return end(200);
      case "slow":
        await pause(met.fromMs + Math.random() * (met.toMs - met.fromMs));
        return end(200);
      case "reset":
        return void request.socket.resetAndDestroy();
      case "status":
        await pause(met.afterMs);
        return end(met.status);
    }
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  // No connection is closed but by an order: that would be a trouble that no test asked for.
  server.keepAliveTimeout = 0;
  server.on("connection", (socket) => socket.on("error", () => {}));
  server.on("error", () => setTimeout(listen, BIND_AGAIN_MS));
  const listen = (): void => void server.listen(port, "127.0.0.1");
  server.on("listening", () => say(`ready ${(server.address() as AddressInfo).port}`));
  listen();

  takeOrders((taken) => {
    if ("release" in taken) {
      for (const letGo of held) letGo();
      held.clear();
    } else [order, count] = [taken, 0];
    say("done");
  });
}

async function takeOrders(take: (order: Order) => void): Promise<void> {
  let text = "";
  for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (text + chunk).split("\n");
    text = lines.pop()!;
    for (const line of lines) take(JSON.parse(line));
  }
  // Whoever started this is gone.
  Deno.exit();
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

if (import.meta.main) serve(Deno.args[0]!, Number(Deno.args[1]));

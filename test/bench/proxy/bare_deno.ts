/** The bare pass-through on Deno; its argument is the origin. */
import { endWithParent, say } from "./child.ts";

const ORIGIN = Deno.args[0]!;

const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  (request) => fetch(new Request(ORIGIN, request)),
);
say(server.addr.port);
await endWithParent();

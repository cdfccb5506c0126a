/** Origins as cheap as they get: whatever is asked, 1 KB, on as many ports as the argument says. */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { endWithParent, say } from "./child.ts";

const body = "x".repeat(1024);
const answer = [
  "HTTP/1.1 200 OK",
  "content-type: text/html; charset=utf-8",
  "cache-control: no-store",
  "vary: accept-encoding",
  "x-content-type-options: nosniff",
  `content-length: ${body.length}`,
  "",
  body,
].join("\r\n");

/** Requests have no body, so each ends with its headers. */
function answerAll(socket: Socket): void {
  let rest = "";
  socket.setEncoding("latin1");
  socket.on("error", () => {});
  socket.on("data", (text: string) => {
    const requests = (rest + text).split("\r\n\r\n");
    rest = requests.pop()!;
    if (requests.length > 0) socket.write(answer.repeat(requests.length), "latin1");
  });
}

const listening = Array.from({ length: Number(Deno.args[0]) }, () => {
  const server = createServer({ noDelay: true }, answerAll);
  return new Promise<Server>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
});
const servers = await Promise.all(listening);
say(servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`));
await endWithParent();

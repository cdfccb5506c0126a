/** Answers as they come back: without a body, interim, compressed, broken. */
import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { gunzipSync, gzipSync } from "node:zlib";
import { behind, oneRoute } from "./support/behind.ts";
import { startOrigin } from "./support/origin.ts";
import {
  parseAnswers,
  type RawAnswer,
  type RawRequest,
  rawRequest,
  requestText,
  talk,
  valueOf,
} from "./support/raw.ts";
import { suite } from "./support/suite.ts";

/** An origin that says these bytes to whoever connects, and hangs up. */
async function rude(bytes: string): Promise<{ url: string; close: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => bytes === "" ? socket.resetAndDestroy() : socket.end(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

const compressed = gzipSync("hello ".repeat(100));

suite("answers", {
  "HEAD, OPTIONS and answers without a body": behind((request, response) => {
    const status = Number(request.url?.slice(1));
    response.writeHead(status, {
      etag: '"e"',
      "x-method": request.method,
      ...status === 200 && {
        "content-length": "5",
      },
    });
    response.end(status === 200 && request.method !== "HEAD" ? "hello" : undefined);
  }, async (gateway) => {
    const ask = (status: number, method: string): Promise<RawAnswer> =>
      rawRequest(gateway.port, { method, target: `/${status}` });
    const head = await ask(200, "HEAD");
    assert.deepEqual([head.status, head.body, valueOf(head, "content-length")], [200, "", "5"]);
    assert.equal(valueOf(head, "x-method"), "HEAD");
    assert.equal(valueOf(await ask(200, "OPTIONS"), "x-method"), "OPTIONS");
    for (const status of [204, 205, 304, 404, 451, 503, 599]) {
      for (const method of ["GET", "HEAD", "DELETE"]) {
        const answer = await ask(status, method);
        assert.deepEqual([answer.status, answer.body], [status, ""]);
        assert.equal(valueOf(answer, "etag"), '"e"');
      }
    }
  }, { retry: { attempts: 0 } }),
  "HEAD: no length is made up": async (gateway) => {
    await using origin = await startOrigin((request, response) => {
      // Without a length Node says none to HEAD, and sends GET chunks.
      if (request.url === "/upstream/known") response.setHeader("content-length", "5");
      response.writeHead(200, { "x-a": "1" });
      response.end(request.method === "HEAD" ? undefined : "hello");
    });
    await gateway.push({
      clusters: { o: { location: "private", endpoints: [origin.url] } },
      routes: [
        { name: "upstream", match: { path: "/upstream/*" }, to: "o" },
        { name: "respond", match: { path: "/respond" }, respond: { status: 200, body: "hello" } },
      ],
    });
    const rows: [target: string, lengths: readonly (string | null)[]][] = [
      ["/upstream/unknown", [null]],
      ["/upstream/known", ["5"]],
      ["/respond", [null, "5"]],
      ["/_limen/healthz", [null, "2"]],
    ];
    for (const [target, lengths] of rows) {
      const head = await rawRequest(gateway.port, { target, method: "HEAD" });
      const get = await rawRequest(gateway.port, { target });
      assert.deepEqual([head.status, head.body], [get.status, ""], target);
      const length = valueOf(head, "content-length");
      assert.ok(lengths.includes(length), `${target}: content-length ${length}`);
      assert.ok(get.body.length > 0 && get.status === 200, target);
    }
    // The connection goes on with the next answer right behind the head.
    const one = requestText({
      method: "HEAD",
      target: "/upstream/unknown",
      headers: [["Connection", "keep-alive"]],
    });
    const received = await talk(
      gateway.port,
      one + requestText({ method: "HEAD", target: "/upstream/known" }),
    );
    assert.deepEqual(
      parseAnswers(received, true).map((answer) => valueOf(answer, "content-length")),
      [null, "5"],
    );
  },
  "interim answers: a 103 does no harm, a 100 comes from the gateway": behind(
    async (request, response) => {
      response.writeEarlyHints({ link: "</a.css>; rel=preload" });
      let body = "";
      for await (const chunk of request) body += chunk;
      response.end(JSON.stringify({ body, expect: request.headers.expect ?? null }));
    },
    async (gateway) => {
      const expecting: RawRequest = {
        method: "POST",
        headers: [["Expect", "100-continue"], ["Content-Length", "3"]],
        body: "abc",
      };
      const answers = parseAnswers(await talk(gateway.port, requestText(expecting)));
      assert.deepEqual(answers.map(({ status }) => status), [100, 200]);
      assert.deepEqual(JSON.parse(answers[1]!.body), { body: "abc", expect: null });
    },
  ),
  "a compressed answer": behind((_request, response) => {
    response.writeHead(200, {
      "content-encoding": "gzip",
      "content-length": compressed.length,
      "etag": '"strong"',
      "vary": "accept-encoding",
    }).end(compressed);
  }, async (gateway) => {
    const bytes = ({ body }: RawAnswer): Uint8Array =>
      Uint8Array.from(body, (c) => c.charCodeAt(0));
    const answer = await rawRequest(gateway.port, { headers: [["Accept-Encoding", "gzip"]] });
    assert.equal(valueOf(answer, "vary"), "accept-encoding");
    // On Deno fetch decodes, so it is another representation; workerd hands on the bytes.
    const decoded = gateway.runtime === "deno";
    assert.equal(valueOf(answer, "content-encoding"), decoded ? null : "gzip");
    assert.equal(valueOf(answer, "etag"), decoded ? 'W/"strong"' : '"strong"');
    const text = decoded ? answer.body : gunzipSync(bytes(answer)).toString();
    assert.equal(text, "hello ".repeat(100));
    // Unasked for, it is not touched anywhere.
    const raw = await rawRequest(gateway.port);
    assert.equal(valueOf(raw, "content-encoding"), "gzip");
    assert.equal(gunzipSync(bytes(raw)).toString(), "hello ".repeat(100));
  }),
  "of two lengths the chunks' holds": async (gateway) => {
    const lengths = "Content-Length: 2\r\nTransfer-Encoding: chunked";
    const origin = await rude(`HTTP/1.1 200 OK\r\n${lengths}\r\n\r\n3\r\nabc\r\n0\r\n\r\n`);
    await gateway.push(oneRoute(origin));
    const answer = await rawRequest(gateway.port);
    assert.deepEqual([answer.body, valueOf(answer, "content-length")], ["abc", null]);
    origin.close();
  },
  "problem documents tell nothing about upstreams": async (gateway) => {
    const dead = await startOrigin("dead");
    await dead.kill();
    const rudes = await Promise.all([
      "",
      "nonsense\r\n\r\n",
      "HTTP/1.1 999 No\r\n\r\n",
      "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ].map(rude));
    for (const { url } of [dead, ...rudes]) {
      await gateway.push(oneRoute({ url }, { retry: { attempts: 0 } }));
      const answer = await rawRequest(gateway.port, { target: "/a?b" });
      assert.equal(answer.status, 502);
      const { type, title, code, status, detail, ...more } = JSON.parse(answer.body);
      // A refused connection can't be told from a broken one on workerd.
      const connect = url === dead.url && gateway.runtime === "deno";
      assert.equal(code, connect ? "upstream_connect_failed" : "upstream_reset", url);
      assert.equal(valueOf(answer, "content-type"), "application/problem+json");
      assert.equal(
        valueOf(answer, "proxy-status"),
        `limen; error=connection_${connect ? "refused" : "terminated"}`,
      );
      assert.deepEqual([status, type, more], [502, `urn:limen:problem:${code}`, {}]);
      const all = JSON.stringify([title, detail, answer.headers]);
      assert.ok(!all.includes(new URL(url).port) && !all.includes("127.0.0.1"), all);
      assert.doesNotMatch(all, /\.[tj]s\b|\bat \w+ \(/);
    }
    for (const { close } of rudes) close();
  },
});

/** Bodies pass in both directions as they come, whatever their size. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { startOrigin } from "./support/origin.ts";
import { oneCluster } from "./support/policies.ts";
import { forgetPeak, peakBytes, residentBytes, servingProcess } from "./support/processes.ts";
import { suite } from "./support/suite.ts";
import { chunk, request, startWireOrigin, statusOf } from "./support/wire.ts";

const MIB = 1 << 20;
const GIB = 1 << 30;

/** What the gateway may need on top while a body of any size passes: buffers, and garbage not yet collected. */
const FLAT_BYTES = 100 * MIB;

const block = new Uint8Array(MIB).fill(97);

/** Larger than what is kept for retries. */
const LARGE = 200_000;

suite("streams", {
  "an upload of known length reaches the upstream as it is sent": async (gateway) => {
    const first = Promise.withResolvers<string>();
    await using origin = await startWireOrigin(async (wire, head) => {
      assert.equal(head.headers.get("content-length"), String(LARGE));
      assert.equal(head.headers.get("transfer-encoding"), null);
      first.resolve(await wire.until("first"));
      await wire.until("last");
      await wire.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    await gateway.push(oneCluster([origin.url]));
    const wire = await request(gateway.port, `POST / HTTP/1.1\nContent-Length: ${LARGE}`, "first");
    assert.equal(await first.promise, "first");
    await wire.write("x".repeat(LARGE - 9) + "last");
    assert.equal(statusOf(await wire.head()), 200);
    wire.close();
  },

  "an upload of unknown length reaches the upstream as it is sent": async (gateway) => {
    const first = Promise.withResolvers<void>();
    await using origin = await startWireOrigin(async (wire, head) => {
      assert.equal(head.headers.get("content-length"), null);
      await wire.until("first");
      first.resolve();
      await wire.until("last");
      await wire.until("0\r\n\r\n");
      await wire.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    await gateway.push(oneCluster([origin.url]));
    const wire = await request(
      gateway.port,
      "POST / HTTP/1.1\nTransfer-Encoding: chunked",
      chunk("first"),
    );
    await first.promise;
    await wire.write(`${chunk("last")}0\r\n\r\n`);
    assert.equal(statusOf(await wire.head()), 200);
    wire.close();
  },

  "an answer's head comes before its body, and its first bytes before its last": async (
    gateway,
  ) => {
    let response: ServerResponse | undefined;
    const asked = Promise.withResolvers<void>();
    await using origin = await startOrigin((_, answer) => {
      response = answer;
      answer.flushHeaders();
      asked.resolve();
    });
    await gateway.push(oneCluster([origin.url]));
    const answer = await fetch(gateway.url);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    for (const part of ["first", "second"]) {
      response!.write(part);
      assert.equal((await reader.read()).value, part);
    }
    response!.end("last");
    assert.equal((await reader.read()).value, "last");
    assert.equal((await reader.read()).done, true);
  },

  "an answer may begin while the upload goes on": async (gateway) => {
    await using origin = await startWireOrigin(async (wire) => {
      await wire.until("ping");
      await wire.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk("pong")}`);
      await wire.until("0\r\n\r\n");
      await wire.write(`${chunk("bye")}0\r\n\r\n`);
    });
    await gateway.push(oneCluster([origin.url]));
    const wire = await request(
      gateway.port,
      "POST / HTTP/1.1\nTransfer-Encoding: chunked",
      chunk("ping"),
    );
    await wire.until("pong");
    await wire.write("0\r\n\r\n");
    await wire.until("bye");
    wire.close();
  },

  "server-sent events pass one by one": async (gateway) => {
    let stream: ServerResponse | undefined;
    await using origin = await startOrigin((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
      response.write(":hello\n\n");
      stream = response;
    });
    await gateway.push(oneCluster([origin.url]));
    const response = await fetch(gateway.url, {
      headers: { accept: "text/event-stream", "accept-encoding": "gzip, br" },
    });
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await reader.read()).value, ":hello\n\n");
    for (let id = 0; id < 50; id++) {
      const event = `id: ${id}\ndata: {"n":${id}}\n\n`;
      stream!.write(event);
      assert.equal((await reader.read()).value, event);
    }
    // workerd sees that a client has left when it can't send it the next event.
    const events = setInterval(() => stream!.write("data: tick\n\n"), 10);
    const closed = once(stream!, "close");
    await reader.cancel();
    await closed;
    clearInterval(events);
  },

  "an upload in odd pieces arrives whole": async (gateway) => {
    await using origin = await startOrigin(async (message, response) => {
      const hash = createHash("sha256");
      for await (const part of message) hash.update(part);
      response.end(`${message.headers["content-length"] ?? "chunked"} ${hash.digest("hex")}`);
    });
    await gateway.push(oneCluster([origin.url]));
    const pieces = [1, 2, 65_535, 65_536, 65_537, 7, 300_000].map((length, i) =>
      new Uint8Array(length).map((_, at) => (at * 31 + i) & 255)
    );
    const hash = createHash("sha256");
    for (const piece of pieces) hash.update(piece);
    const digest = hash.digest("hex");
    const body = ReadableStream.from(pieces);
    const chunked = await fetch(gateway.url, { method: "POST", body });
    assert.equal(await chunked.text(), `chunked ${digest}`);
    const whole = new Blob(pieces);
    const sized = await fetch(gateway.url, { method: "PUT", body: whole });
    assert.equal(await sized.text(), `${whole.size} ${digest}`);
    const empty = await fetch(gateway.url, { method: "POST", body: ReadableStream.from([]) });
    const nothing = createHash("sha256").digest("hex");
    assert.match(await empty.text(), new RegExp(`^(?:chunked|0) ${nothing}$`));
  },

  "an upload of 1 GiB passes with flat memory": async (gateway) => {
    await using origin = await startWireOrigin(async (wire, { headers }) => {
      const bytes = String(await wire.skip(Number(headers.get("content-length"))));
      await wire.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes.length}\r\n\r\n${bytes}`);
    });
    await gateway.push(oneCluster([origin.url]));
    const grown = await growth(servingProcess(gateway), async () => {
      const wire = await request(gateway.port, `POST / HTTP/1.1\nContent-Length: ${GIB}`);
      for (let sent = 0; sent < GIB; sent += MIB) await wire.write(block);
      await wire.head();
      assert.equal(await wire.until(String(GIB)), String(GIB));
      wire.close();
    });
    assert.ok(grown < FLAT_BYTES, `grew by ${grown / MIB} MiB`);
  },

  "a download of 1 GiB passes with flat memory, also to a client that is slower": async (
    gateway,
  ) => {
    await using origin = await startWireOrigin(async (wire) => {
      await wire.write(`HTTP/1.1 200 OK\r\nContent-Length: ${GIB}\r\n\r\n`);
      for (let sent = 0; sent < GIB; sent += MIB) await wire.write(block);
      await wire.gone();
    });
    await gateway.push(oneCluster([origin.url]));
    const grown = await growth(servingProcess(gateway), async () => {
      const wire = await request(gateway.port, "GET / HTTP/1.1");
      assert.equal((await wire.head()).headers.get("content-length"), String(GIB));
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.equal(await wire.skip(GIB), GIB);
      wire.close();
    });
    assert.ok(grown < FLAT_BYTES, `grew by ${grown / MIB} MiB`);
  },
});

/** @returns by how many bytes the process's memory grew at the most while `work` ran */
async function growth(pid: number, work: () => Promise<void>): Promise<number> {
  const before = residentBytes(pid);
  forgetPeak(pid);
  await work();
  return peakBytes(pid) - before;
}

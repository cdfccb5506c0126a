/** Either side leaves before all is said. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { type Answer, startOrigin } from "./support/origin.ts";
import { oneCluster } from "./support/policies.ts";
import { suite } from "./support/suite.ts";
import { chunk, request, startWireOrigin, statusOf, type Wire } from "./support/wire.ts";

/** Larger than what is kept for retries. */
const LARGE = 200_000;

/** One failure ejects, and an ejected endpoint is not asked: what counted as a failure shows at once. */
const STRICT = {
  outlierDetection: { consecutive5xx: 1 },
  loadBalancing: { panicThreshold: 0 },
};

/** Answers that stop half-way, and how the client is told where they would have ended. */
const HALF_ANSWERS = {
  "of known length": "Content-Length: 100000\r\n\r\nhalf",
  "in chunks": `Transfer-Encoding: chunked\r\n\r\n${chunk("half")}`,
  "compressed": `Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n${
    chunk(gzipSync("x".repeat(1000)).subarray(0, 15).toString("latin1"))
  }`,
};

/** An origin that hands over each request's connection, and leaves it alone. */
async function silentOrigin(): Promise<
  AsyncDisposable & { url: string; asked: () => Promise<Wire> }
> {
  let asked = Promise.withResolvers<Wire>();
  const origin = await startWireOrigin(async (wire) => {
    asked.resolve(wire);
    asked = Promise.withResolvers();
    await wire.gone();
  });
  return {
    url: origin.url,
    asked: () => asked.promise,
    [Symbol.asyncDispose]: () => origin[Symbol.asyncDispose](),
  };
}

const requests = {
  "a GET": ["GET / HTTP/1.1", ""],
  "a POST, all of it sent": ["POST / HTTP/1.1\nContent-Length: 4", "body"],
  "a large upload, half of it sent": [`POST / HTTP/1.1\nContent-Length: ${LARGE}`, "half"],
  "a chunked upload, half of it sent": [
    "POST / HTTP/1.1\nTransfer-Encoding: chunked",
    chunk("half"),
  ],
} as const;

suite("broken off", {
  "a client that leaves before the answer cancels the upstream request": async (gateway, t) => {
    for (const [what, [head, body]] of Object.entries(requests)) {
      // What workerd is told of a client before the answer's headers is a reset, not a goodbye.
      for (
        const how of gateway.runtime === "deno" ? ["close", "reset"] as const : ["reset"] as const
      ) {
        await t.step(`${what}: ${how}`, async () => {
          const left = Promise.withResolvers<void>();
          const arrived = Promise.withResolvers<void>();
          await using origin = await startWireOrigin(async (wire) => {
            arrived.resolve();
            await wire.gone();
            left.resolve();
          });
          await gateway.push(oneCluster([origin.url]));
          const client = await request(gateway.port, head, body);
          await arrived.promise;
          client[how]();
          await left.promise;
          assert.equal(origin.hits, 1);
        });
      }
    }
  },

  "a client that leaves during the answer cancels the upstream's": async (gateway, t) => {
    for (const timeout of [undefined, "1h"]) {
      for (const how of ["close", "reset"] as const) {
        await t.step(`${how}, timeout ${timeout}`, async () => {
          const left = Promise.withResolvers<void>();
          await using origin = await startOrigin(async (_, response) => {
            response.on("close", () => left.resolve());
            while (!response.closed) {
              await new Promise((resolve) => response.write("x".repeat(1000), resolve));
              await new Promise((resolve) => setTimeout(resolve, 5));
            }
          });
          await gateway.push(oneCluster([origin.url], timeout === undefined ? {} : { timeout }));
          const client = await request(gateway.port, "GET / HTTP/1.1");
          await client.head();
          await client.next();
          client[how]();
          await left.promise;
        });
      }
    }
  },

  "an upstream that dies half-way ends the client's answer as an error": async (gateway, t) => {
    for (const [what, half] of Object.entries(HALF_ANSWERS)) {
      for (const how of ["close", "reset"] as const) {
        for (const timeout of [undefined, "1h"]) {
          await t.step(`${what}: ${how}, timeout ${timeout}`, async () => {
            await using origin = await silentOrigin();
            await gateway.push(oneCluster([origin.url], timeout === undefined ? {} : { timeout }));
            const asked = origin.asked();
            const asking = fetch(gateway.url, { headers: { "accept-encoding": "gzip" } });
            const upstream = await asked;
            await upstream.write(bytes(`HTTP/1.1 200 OK\r\n${half}`));
            const answer = await asking;
            assert.equal(answer.status, 200);
            upstream[how]();
            await assert.rejects(answer.text());
          });
        }
      }
    }
  },

  "a timeout cuts an answer that is still under way": async (gateway, t) => {
    for (const [what, half] of Object.entries(HALF_ANSWERS)) {
      await t.step(what, async () => {
        await using origin = await silentOrigin();
        await gateway.push(oneCluster([origin.url], { timeout: "300ms" }));
        const asked = origin.asked();
        const asking = fetch(gateway.url, { headers: { "accept-encoding": "gzip" } });
        const upstream = await asked;
        const started = Date.now();
        await upstream.write(bytes(`HTTP/1.1 200 OK\r\n${half}`));
        const answer = await asking;
        await assert.rejects(answer.text());
        const tookMs = Date.now() - started;
        assert.ok(tookMs > 100 && tookMs < 5_000, `${tookMs} ms`);
        await upstream.gone();
      });
    }
  },

  "where time is limited, a small answer comes whole or not at all": async (gateway, t) => {
    const half = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    for (const [timeout, want] of [["300ms", "upstream_timeout"], ["1h", "upstream_reset"]]) {
      await t.step(`${timeout}: ${want}`, async () => {
        await using origin = await silentOrigin();
        await gateway.push(oneCluster([origin.url], { timeout }));
        const asked = origin.asked();
        const asking = fetch(gateway.url);
        const upstream = await asked;
        await upstream.write(bytes(half));
        if (timeout === "1h") upstream.close();
        const answer = await asking;
        assert.equal(JSON.parse(await answer.text()).code, want);
      });
    }
  },

  "no timeout but the route's own cuts an answer's body": async (gateway) => {
    await using origin = await startOrigin(slowly(["one", "two", "three"], 150));
    await gateway.push(
      oneCluster([origin.url], { retry: { perTryTimeout: "200ms" } }, { timeout: "200ms" }),
    );
    assert.equal(await (await fetch(gateway.url)).text(), "onetwothree");
    await gateway.push(oneCluster([origin.url], { timeout: "5s" }));
    assert.equal(await (await fetch(gateway.url)).text(), "onetwothree");
    await gateway.push(oneCluster([origin.url], { timeout: "0s" }));
    assert.equal(await (await fetch(gateway.url)).text(), "onetwothree");
  },

  "an upload that the client breaks off is no failure of the endpoint": async (gateway, t) => {
    const uploads = {
      "small": ["PUT / HTTP/1.1\nContent-Length: 10", "half"],
      "large": [`POST / HTTP/1.1\nContent-Length: ${LARGE}`, "half"],
      "chunked": ["POST / HTTP/1.1\nTransfer-Encoding: chunked", chunk("half")],
    };
    for (const [what, [head, body]] of Object.entries(uploads)) {
      for (const how of ["close", "reset"] as const) {
        await t.step(`${what}: ${how}`, async () => {
          const got = Promise.withResolvers<void>();
          const left = Promise.withResolvers<void>();
          await using origin = await startOrigin((message, response) => {
            if (message.method === "GET") return void response.end("fine");
            message.on("data", () => got.resolve());
            message.on("close", () => left.resolve());
          });
          await gateway.push(oneCluster([origin.url], {}, STRICT));
          const client = await request(gateway.port, head!, body);
          // A small body is read whole before the upstream hears of it.
          if (what !== "small") await got.promise;
          client[how]();
          if (what !== "small") await left.promise;
          for (let i = 0; i < 3; i++) assert.equal(await textOf(gateway.url), "fine");
        });
      }
    }
  },

  "an answer that comes before the upload has ended is passed on": async (gateway, t) => {
    for (
      const [what, framing] of [["known length", `Content-Length: ${LARGE}`], [
        "chunked",
        "Transfer-Encoding: chunked",
      ]]
    ) {
      await t.step(what!, async () => {
        await using origin = await silentOrigin();
        await gateway.push(oneCluster([origin.url], {}, STRICT));
        const asked = origin.asked();
        const client = await request(gateway.port, `POST / HTTP/1.1\n${framing}`, chunk("part"));
        const upstream = await asked;
        await upstream.write("HTTP/1.1 413 No\r\nContent-Length: 8\r\n\r\ntoo much");
        assert.equal(statusOf(await client.head()), 413);
        assert.equal(await client.until("too much"), "too much");
        client.close();
      });
    }
  },
});

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

const textOf = async (url: string): Promise<string> => await (await fetch(url)).text();

/** Sends the parts one by one, with a pause after each. */
const slowly = (parts: readonly string[], pauseMs: number): Answer => async (_, response) => {
  for (const part of parts) {
    response.write(part);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  response.end();
};

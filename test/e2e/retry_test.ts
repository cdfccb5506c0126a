/** What is sent again, and what never is. */
import assert from "node:assert/strict";
import { ask, askTimes } from "./support/load.ts";
import { type Answer, startOrigin } from "./support/origin.ts";
import { oneCluster } from "./support/policies.ts";
import { suite } from "./support/suite.ts";
import { startWireOrigin } from "./support/wire.ts";

/** Health changes nothing here: each case is about single requests. */
const CALM = { outlierDetection: false };

const SMALL = "x".repeat(60_000);
/** Larger than what is kept for retries. */
const LARGE = "x".repeat(200_000);

const inPieces = (text: string): ReadableStream<Uint8Array> =>
  ReadableStream.from([text.slice(0, 10), text.slice(10)].map((part) =>
    Uint8Array.from(
      part,
      (char) => char.charCodeAt(0),
    )
  ));

const statusOf = async (url: string, init: RequestInit): Promise<string> => {
  const answer = await ask(url, init);
  return answer.split(" ")[0]!;
};

/** Reads a request whole and hangs up; answers only the first one on each connection, if told so. */
const hangsUp = (greeted: WeakSet<object> | null): Answer => async (message, response) => {
  for await (const _ of message) { /* All of it arrives. */ }
  if (greeted === null || greeted.has(message.socket)) return void message.socket.destroy();
  greeted.add(message.socket);
  response.end(JSON.stringify({ name: "first" }));
};

suite("retries", {
  "a small body reaches the next endpoint whole": async (gateway, t) => {
    await using dead = await startOrigin("dead");
    await dead.kill();
    await using hanging = await startOrigin(hangsUp(null));
    await using good = await startOrigin("good");
    for (const bad of [dead, hanging]) {
      for (
        const [what, body] of [["of known length", () => SMALL], ["in chunks", inPieces]] as const
      ) {
        await t.step(`${what}, after ${bad === dead ? "a refusal" : "a reset"}`, async () => {
          await gateway.push(oneCluster([bad.url, good.url], {}, CALM));
          for (let i = 0; i < 4; i++) {
            const response = await fetch(gateway.url, { method: "PUT", body: body(SMALL) });
            const answer = JSON.parse(await response.text());
            assert.deepEqual({ name: answer.name, whole: answer.body === SMALL }, {
              name: "good",
              whole: true,
            });
          }
        });
      }
    }
  },

  "a body that is not kept is not sent again": async (gateway, t) => {
    await using hanging = await startOrigin(hangsUp(null));
    await using good = await startOrigin("good");
    const rows = {
      "larger than the limit": { body: () => LARGE, retry: {} },
      "larger than the limit, in chunks": { body: () => inPieces(LARGE), retry: {} },
      "larger than the route's limit": { body: () => "12345", retry: { maxBody: "4B" } },
    };
    for (const [what, { body, retry }] of Object.entries(rows)) {
      await t.step(what, async () => {
        await gateway.push(oneCluster([hanging.url, good.url], { retry }, CALM));
        const [hits, answers] = [good.hits, []] as [number, string[]];
        for (let i = 0; i < 4; i++) {
          answers.push(await ask(gateway.url, { method: "PUT", body: body() }));
        }
        const half = ["200 good", "200 good", "502 upstream_reset", "502 upstream_reset"];
        assert.deepEqual(answers.sort(), half);
        assert.equal(good.hits - hits, 2);
      });
    }
  },

  "a large upload is not risked on a connection that can't be made": async (gateway) => {
    // workerd can't tell a refused connection from one that broke.
    if (gateway.runtime === "cloudflare") return;
    await using dead = await startOrigin("dead");
    await dead.kill();
    await using good = await startOrigin("good");
    await gateway.push(oneCluster([dead.url, good.url], {}, CALM));
    for (const method of ["PUT", "POST"]) {
      assert.deepEqual(await askTimes(4, gateway.url, { method, body: LARGE }), { "200 good": 4 });
    }
  },

  "a POST is whole after a refused connection": async (gateway) => {
    if (gateway.runtime === "cloudflare") return;
    await using dead = await startOrigin("dead");
    await dead.kill();
    await using good = await startOrigin("good");
    await gateway.push(oneCluster([dead.url, good.url], {}, CALM));
    assert.deepEqual(await askTimes(4, gateway.url, { method: "POST", body: SMALL }), {
      "200 good": 4,
    });
    for (let i = 0; i < 4; i++) {
      const response = await fetch(gateway.url, { method: "POST", body: inPieces(SMALL) });
      assert.equal(JSON.parse(await response.text()).body, SMALL);
    }
  },

  "a POST that the upstream has read is never sent twice": async (gateway, t) => {
    const faulty: Record<string, () => Answer> = {
      "closed without an answer": () => hangsUp(null),
      "closed on a connection that was kept": () => hangsUp(new WeakSet()),
      "answered with 503": () => async (message, response) => {
        for await (const _ of message) { /* All of it arrives. */ }
        response.writeHead(503).end();
      },
      "never answered": () => () => {},
    };
    for (const [what, answer] of Object.entries(faulty)) {
      for (
        const [kind, body] of [["small", () => "order"], ["none", () => null], [
          "large",
          () => LARGE,
        ], ["chunked", () => inPieces("order")]] as const
      ) {
        await t.step(`${what}, body ${kind}`, async () => {
          const seen: string[] = [];
          const handler = answer();
          const counting: Answer = (message, response) => {
            if (message.method === "POST") seen.push(String(message.headers["x-order"]));
            return handler(message, response);
          };
          await using one = await startOrigin(counting);
          await using two = await startOrigin(counting);
          const retry = { perTryTimeout: "100ms" };
          await gateway.push(oneCluster([one.url, two.url], { retry }, CALM));
          // Connections for the POSTs to find.
          if (what.includes("kept")) await askTimes(4, gateway.url);
          for (let order = 0; order < 6; order++) {
            const headers = { "x-order": String(order) };
            await statusOf(gateway.url, { method: "POST", body: body(), headers });
          }
          assert.deepEqual(seen, ["0", "1", "2", "3", "4", "5"]);
        });
      }
    }
  },

  "a GET is tried as often as the policy says, and no more": async (gateway) => {
    await using dead = await startWireOrigin(async (wire) => await wire.reset());
    for (
      const [retry, hits] of [[{}, 3], [{ attempts: 0 }, 1], [{ attempts: 4 }, 5], [
        { on: [503] },
        1,
      ]] as const
    ) {
      await gateway.push(oneCluster([dead.url], { retry }, CALM));
      const before = dead.hits;
      assert.equal(await ask(gateway.url), "502 upstream_reset");
      assert.equal(dead.hits - before, hits);
    }
  },

  "the time of all tries together is the route's": async (gateway) => {
    await using hanging = await startOrigin(() => {});
    const retry = { perTryTimeout: "200ms", attempts: 10 };
    await gateway.push(oneCluster([hanging.url], { timeout: "500ms", retry }, CALM));
    const started = Date.now();
    assert.equal(await ask(gateway.url), "504 upstream_timeout");
    const tookMs = Date.now() - started;
    assert.ok(tookMs >= 450 && tookMs < 2_000, `${tookMs} ms`);
    assert.ok(hanging.hits >= 2 && hanging.hits <= 3, `${hanging.hits} tries`);
  },
});

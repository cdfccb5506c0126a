/** Timeouts, retries, mirrors, priorities: what one request meets. */
import assert from "node:assert/strict";
import { ask, askTimes } from "./support/load.ts";
import { type Answer, echo, startOrigin } from "./support/origin.ts";
import { oneCluster } from "./support/policies.ts";
import { suite } from "./support/suite.ts";
import { until } from "./support/until.ts";

const CALM = { outlierDetection: false };

/** Sends these pieces of a body, so far apart. */
const inPieces = (pieces: number, gapMs: number): Answer => async (_request, response) => {
  for (let piece = 0; piece < pieces; piece++) {
    response.write("x".repeat(10));
    await new Promise((resolve) => setTimeout(resolve, gapMs));
  }
  response.end();
};

/** Fails so many times, then answers. */
function failing(times: number, headers: Readonly<Record<string, string>> = {}): Answer {
  const answer = echo("recovered");
  let left = times;
  return (request, response) => {
    if (left-- <= 0) return answer(request, response);
    response.writeHead(503, headers).end("{}");
  };
}

suite("resilience", {
  "idleTimeout: an answer that goes on lives, one that stops does not": async (gateway) => {
    await using going = await startOrigin(inPieces(6, 100));
    await using stopping = await startOrigin(inPieces(2, 3_000));
    const route = { idleTimeout: "400ms" };
    await gateway.push(oneCluster([going.url], route, CALM));
    assert.equal((await (await fetch(gateway.url)).text()).length, 60);
    await gateway.push(oneCluster([stopping.url], route, CALM));
    const response = await fetch(gateway.url);
    const startedMs = performance.now();
    await assert.rejects(response.text());
    assert.ok(performance.now() - startedMs < 2_500, "it was broken off before the origin went on");
  },

  "idleTimeout: an upstream that never answers": async (gateway) => {
    await using silent = await startOrigin(() => {});
    const route = { idleTimeout: "200ms", retry: { attempts: 0 } };
    await gateway.push(oneCluster([silent.url], route, CALM));
    assert.equal(await ask(gateway.url), "504 upstream_timeout");
  },

  "Retry-After is waited for": async (gateway) => {
    await using origin = await startOrigin(failing(1, { "retry-after": "1" }));
    await gateway.push(oneCluster([origin.url], {}, CALM));
    const startedMs = performance.now();
    assert.equal(await ask(gateway.url), "200 recovered");
    assert.ok(performance.now() - startedMs >= 990, "a second has passed");
  },

  "what asks for rest is not tried again": async (gateway) => {
    for (const header of ["x-envoy-overloaded", "x-limen-overloaded", "x-envoy-ratelimited"]) {
      await using origin = await startOrigin(failing(1, { [header]: "true" }));
      await gateway.push(oneCluster([origin.url], {}, CALM));
      assert.equal((await ask(gateway.url)).slice(0, 3), "503");
      assert.equal(origin.hits, 1);
    }
  },

  "a POST is tried again where the policy says so": async (gateway) => {
    for (const methods of [[], ["POST"]]) {
      await using origin = await startOrigin(failing(1));
      await gateway.push(oneCluster([origin.url], { retry: { methods } }, CALM));
      const answer = await ask(gateway.url, { method: "POST", body: "order" });
      assert.equal(answer.slice(0, 3), methods.length === 0 ? "503" : "200");
    }
  },

  "every condition of retry.on": async (gateway, t) => {
    const rows: readonly [on: unknown[], status: number, again: boolean][] = [
      [["5xx"], 500, true],
      [["5xx"], 599, true],
      [["5xx"], 409, false],
      [["gateway-error"], 502, true],
      [["gateway-error"], 500, false],
      [["retriable-4xx"], 409, true],
      [["retriable-4xx"], 404, false],
      [[429], 429, true],
      [[429], 503, false],
      [["connect-failure"], 503, false],
      [[], 503, false],
    ];
    for (const [on, status, again] of rows) {
      await t.step(`${JSON.stringify(on)} and ${status}`, async () => {
        let first = true;
        const answer = echo("later");
        await using origin = await startOrigin((request, response) => {
          if (!first) return answer(request, response);
          first = false;
          response.writeHead(status).end("{}");
        });
        await gateway.push(oneCluster([origin.url], { retry: { on } }, CALM));
        assert.equal((await ask(gateway.url)).slice(0, 3), again ? "200" : String(status));
      });
    }
  },

  "mirrors get copies, bodies and all, and cost the client nothing": async (gateway) => {
    const bodies: string[] = [];
    await using main = await startOrigin("main");
    await using shadow = await startOrigin(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      bodies.push(`${request.method} ${request.url} ${body}`);
      response.writeHead(500).end();
    });
    await using hanging = await startOrigin(() => {});
    await gateway.push({
      clusters: {
        main: { location: "public", endpoints: [main.url] },
        shadow: { location: "edge", endpoints: [shadow.url], ...CALM },
        hanging: { location: "edge", endpoints: [hanging.url], ...CALM },
      },
      routes: [{
        name: "all",
        to: "main",
        timeout: "2s",
        mirror: [{ cluster: "shadow" }, { cluster: "hanging", percent: 100 }],
      }],
    });
    const startedMs = performance.now();
    assert.equal(
      await ask(`${gateway.url}/buy?x=1`, { method: "POST", body: "order" }),
      "200 main",
    );
    assert.ok(performance.now() - startedMs < 1_500, "nobody waits for a mirror");
    await until("both copies", () => bodies.length === 1 && hanging.hits === 1);
    assert.deepEqual(bodies, ["POST /buy?x=1 order"]);
  },

  "priority levels: the next takes over, and gives back": async (gateway) => {
    await using first = await startOrigin("first");
    await using second = await startOrigin("second");
    await gateway.push(
      oneCluster(
        [first.url, { url: second.url, priority: 1 } as unknown as string],
        {},
        { outlierDetection: { consecutive5xx: 1, baseEjectionTime: "500ms" } },
      ),
    );
    assert.deepEqual(await askTimes(10, gateway.url), { "200 first": 10 });
    await first.kill();
    assert.deepEqual(await askTimes(10, gateway.url), { "200 second": 10 });
    await first.revive();
    await until(
      "the first level is back",
      async () => (await askTimes(5, gateway.url))["200 first"] === 5,
    );
  },

  "slow start: an endpoint that comes back begins with little": async (gateway) => {
    await using steady = await startOrigin("steady");
    await using back = await startOrigin("back");
    // Of a cluster that is new here, nobody has just come.
    await gateway.push({
      clusters: {
        warm: {
          location: "public",
          endpoints: [steady.url, back.url],
          loadBalancing: { slowStart: { window: "60s", minWeightPercent: 10 } },
          outlierDetection: { consecutive5xx: 1, baseEjectionTime: "200ms" },
        },
      },
      routes: [{ name: "all", to: "warm" }],
    });
    await back.kill();
    await askTimes(10, gateway.url);
    await back.revive();
    await until("it is back", async () => (await ask(gateway.url)) === "200 back");
    const answers = await askTimes(110, gateway.url);
    // A tenth of the other's weight is one of eleven, and it has grown by a second's part at most.
    const share = answers["200 back"] ?? 0;
    assert.ok(share >= 5 && share <= 20, JSON.stringify(answers));
  },
});

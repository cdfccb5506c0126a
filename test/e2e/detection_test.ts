/** Outlier detection beyond failures in a row: endpoints compared with each other. */
import assert from "node:assert/strict";
import { ask, askTimes } from "./support/load.ts";
import { type Answer, echo, startOrigin } from "./support/origin.ts";
import { oneCluster } from "./support/policies.ts";
import { suite } from "./support/suite.ts";
import { until } from "./support/until.ts";

/** Answers every second request with 500: never two in a row, so that only the rate tells. */
function everySecondFails(name: string): Answer {
  const answer = echo(name);
  let turn = 0;
  return (request, response) => {
    if (turn++ % 2 === 0) return void response.writeHead(500).end("{}");
    return answer(request, response);
  };
}

const NEVER_IN_A_ROW = { consecutive5xx: 0, consecutiveGatewayErrors: 0, interval: "300ms" };

/** Keeps asking until 30 answers in a row are without the failing endpoint's. */
const leftAlone = (url: string): Promise<number> =>
  until("the bad endpoint is ejected", async () => {
    const answers = await askTimes(30, url);
    return answers["500"] === undefined && answers["200 bad"] === undefined;
  });

suite("outlier detection", {
  "by success rate": async (gateway) => {
    const good = await Promise.all([1, 2, 3, 4].map((n) => startOrigin(`good ${n}`)));
    await using bad = await startOrigin(everySecondFails("bad"));
    try {
      const endpoints = [...good, bad].map(({ url }) => url);
      await gateway.push(oneCluster(endpoints, { retry: { attempts: 0 } }, {
        outlierDetection: {
          ...NEVER_IN_A_ROW,
          successRate: { minimumHosts: 5, requestVolume: 3, stdevFactor: 1.5 },
        },
      }));
      await leftAlone(gateway.url);
    } finally {
      for (const origin of good) await origin.kill();
    }
  },

  "by failure percentage": async (gateway) => {
    await using good = await startOrigin("good");
    await using bad = await startOrigin(everySecondFails("bad"));
    await gateway.push(oneCluster([good.url, bad.url], { retry: { attempts: 0 } }, {
      outlierDetection: {
        ...NEVER_IN_A_ROW,
        failurePercentage: { threshold: 40, minimumHosts: 2, requestVolume: 3 },
      },
      loadBalancing: { panicThreshold: 0 },
    }));
    await leftAlone(gateway.url);
  },

  "local-origin errors apart: 500s do not eject, resets do": async (gateway) => {
    let broken = false;
    const answer: Answer = (_request, response) =>
      broken ? void response.destroy() : void response.writeHead(500).end("{}");
    await using bad = await startOrigin(answer);
    await using good = await startOrigin("good");
    await gateway.push(oneCluster([bad.url, good.url], { retry: { attempts: 0 } }, {
      outlierDetection: { consecutive5xx: 0, consecutiveLocalOriginErrors: 2 },
      loadBalancing: { panicThreshold: 0 },
    }));
    const answers = await askTimes(20, gateway.url);
    assert.ok(answers["500"]! > 5, JSON.stringify(answers));
    broken = true;
    await until("one reset", async () => await ask(gateway.url) === "502 upstream_reset");
    await until(
      "the resetting endpoint is ejected",
      async () => (await askTimes(20, gateway.url))["200 good"] === 20,
    );
  },
});

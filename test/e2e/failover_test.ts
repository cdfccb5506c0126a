/** Clusters and endpoints that fail under load, and what the client sees of it: nothing. */
import assert from "node:assert/strict";
import { ask, askTimes, startLoad } from "./support/load.ts";
import { type Answer, type Origin, startOrigin } from "./support/origin.ts";
import { oneCluster } from "./support/policies.ts";
import { suite } from "./support/suite.ts";

/** Ejections that end soon. */
const BRIEF = { outlierDetection: { baseEjectionTime: "1s", maxEjectionTime: "1s" } };
const NO_PANIC = { loadBalancing: { panicThreshold: 0 } };

/** Origins that say their cluster's name. */
async function startCluster(name: string, endpoints: number): Promise<Cluster> {
  const origins = await Promise.all(Array.from({ length: endpoints }, () => startOrigin(name)));
  return {
    origins,
    urls: origins.map(({ url }) => url),
    hits: () => origins.reduce((sum, { hits }) => sum + hits, 0),
    kill: async () => void await Promise.all(origins.map((origin) => origin.kill())),
    revive: async () => void await Promise.all(origins.map((origin) => origin.revive())),
    async [Symbol.asyncDispose](): Promise<void> {
      for (const origin of origins) await origin[Symbol.asyncDispose]();
    },
  };
}

interface Cluster extends AsyncDisposable {
  readonly origins: readonly Origin[];
  readonly urls: readonly string[];
  hits(): number;
  kill(): Promise<void>;
  revive(): Promise<void>;
}

const twoClusters = (
  aws: readonly string[],
  dc: readonly string[],
  route: Record<string, unknown>,
  cluster: Record<string, unknown> = BRIEF,
): unknown => ({
  clusters: {
    aws: { location: "public", endpoints: aws, ...cluster },
    dc: { location: "private", endpoints: dc, ...cluster },
  },
  routes: [{ name: "all", ...route }],
});

const SPLIT = { split: { aws: 50, dc: 50 } };
const CHAIN = { to: "aws", failover: ["dc"] };

const sum = (answers: Readonly<Record<string, number>>): number =>
  Object.values(answers).reduce((a, b) => a + b, 0);

/** Asks until the cluster is asked again. @returns how long that took, in ms */
async function traffic(cluster: Cluster, url: string): Promise<number> {
  const [before, started] = [cluster.hits(), Date.now()];
  while (cluster.hits() === before) {
    assert.match(await ask(url), /^200 /);
    assert.ok(Date.now() - started < 10_000, "no traffic came back");
  }
  return Date.now() - started;
}

suite("failover", {
  "a cluster killed under load loses no idempotent request, and comes back": async (gateway, t) => {
    const rows = [
      { what: "split", route: SPLIT, endpoints: 1 },
      { what: "chain", route: CHAIN, endpoints: 2 },
      { what: "split", route: SPLIT, endpoints: 3 },
      { what: "chain", route: CHAIN, endpoints: 3 },
    ];
    for (const { what, route, endpoints } of rows) {
      await t.step(`${what} of clusters with ${endpoints} endpoints`, async () => {
        await using aws = await startCluster("aws", endpoints);
        await using dc = await startCluster("dc", endpoints);
        await gateway.push(twoClusters(aws.urls, dc.urls, route));
        const loads = [
          startLoad(gateway.url),
          startLoad(gateway.url, { method: "PUT", body: "x".repeat(2000) }),
        ];
        const each = (count: number): Promise<unknown> =>
          Promise.all(loads.map((load) => load.more(count)));
        await each(50);
        await aws.kill();
        await each(150);
        for (const load of loads) {
          const answers = await load.stop();
          assert.deepEqual(Object.keys(answers).sort(), ["200 aws", "200 dc"]);
        }
        await aws.revive();
        assert.ok(await traffic(aws, gateway.url) < 3_000);
      });
    }
  },

  "an endpoint killed under load loses no idempotent request, and comes back": async (gateway) => {
    await using aws = await startCluster("aws", 3);
    await gateway.push(oneCluster(aws.urls, {}, BRIEF));
    const load = startLoad(gateway.url);
    await load.more(100);
    await aws.origins[0]!.kill();
    await load.more(300);
    const before = aws.origins[0]!.hits;
    await aws.origins[0]!.revive();
    while (aws.origins[0]!.hits === before) await load.more(1);
    const answers = await load.stop();
    assert.deepEqual(Object.keys(answers), ["200 aws"]);
  },

  "a POST whose connection was never made is not lost": async (gateway) => {
    // workerd can't tell a refused connection from one that broke.
    if (gateway.runtime === "cloudflare") return;
    await using aws = await startCluster("aws", 2);
    await using dc = await startCluster("dc", 1);
    await gateway.push(twoClusters(aws.urls, dc.urls, SPLIT));
    const concurrency = 8;
    const load = startLoad(gateway.url, { method: "POST", body: "order", concurrency });
    await load.more(100);
    await aws.kill();
    await load.more(300);
    const answers = await load.stop();
    const { "200 aws": a = 0, "200 dc": d = 0, "502 upstream_reset": cut = 0 } = answers;
    assert.equal(a + d + cut, sum(answers), JSON.stringify(answers));
    // Those in flight at the kill may have been acted upon; no other is given up.
    assert.ok(cut <= concurrency, `${cut} cut off`);
    await gateway.push(twoClusters(aws.urls, dc.urls, SPLIT, { outlierDetection: false }));
    const dead = await askTimes(30, gateway.url, { method: "POST", body: "order" });
    assert.deepEqual(dead, { "200 dc": 30 });
  },

  "a burst of 503, a reset and a hanging endpoint are not seen": async (gateway, t) => {
    const faulty: Record<string, Answer> = {
      "503": (_, response) => void response.writeHead(503).end(),
      "reset": (message) => void message.socket.resetAndDestroy(),
      "close": (message) => void message.socket.destroy(),
      "hang": () => {},
    };
    for (const [what, answer] of Object.entries(faulty)) {
      await t.step(what, async () => {
        await using bad = await startOrigin(answer);
        await using good = await startOrigin("aws");
        const retry = { perTryTimeout: what === "hang" ? "100ms" : "5s" };
        await gateway.push(oneCluster([bad.url, good.url], { retry }));
        assert.deepEqual(await askTimes(20, gateway.url), { "200 aws": 20 });
        // Five failures in a row, and nothing more until the ejection is over.
        assert.equal(bad.hits, 5);
      });
    }
  },

  "what is no failure of the gateway's passes, until the endpoint is ejected": async (gateway) => {
    await using bad = await startOrigin((_, response) =>
      void response.writeHead(500).end('{"name":"bad"}')
    );
    await using good = await startOrigin("aws");
    await gateway.push(oneCluster([bad.url, good.url]));
    assert.deepEqual(await askTimes(30, gateway.url), { "500 bad": 5, "200 aws": 25 });
  },

  "without outlier detection a bad endpoint keeps its share": async (gateway) => {
    await using bad = await startOrigin((_, response) =>
      void response.writeHead(500).end('{"name":"bad"}')
    );
    await using good = await startOrigin("aws");
    await gateway.push(oneCluster([bad.url, good.url], {}, { outlierDetection: false }));
    assert.deepEqual(await askTimes(30, gateway.url), { "500 bad": 15, "200 aws": 15 });
  },

  "no retries means no retries": async (gateway) => {
    await using dead = await startOrigin("dead");
    await dead.kill();
    await using good = await startOrigin("aws");
    await gateway.push(oneCluster([dead.url, good.url], { retry: { attempts: 0 } }));
    const { "200 aws": fine, ...failed } = await askTimes(30, gateway.url);
    assert.equal(fine, 25);
    const code = gateway.runtime === "deno" ? "upstream_connect_failed" : "upstream_reset";
    assert.deepEqual(failed, { [`502 ${code}`]: 5 });
  },

  "where a dead cluster's share goes": async (gateway, t) => {
    const refused = gateway.runtime === "deno"
      ? "502 upstream_connect_failed"
      : "502 upstream_reset";
    const nowhere = "503 no_healthy_upstream";
    const rows = [
      { what: "failover list", route: { to: "aws", failover: ["dc"] }, after: ["200 dc"] },
      { what: "no failover: the other member", route: SPLIT, after: ["200 dc"] },
      {
        what: "no failover: not to a member of weight 0",
        route: { split: { aws: 1, dc: 0 } },
        after: [refused],
      },
      {
        what: "failover: [], in panic",
        route: { ...SPLIT, failover: [] },
        after: ["200 dc", refused],
      },
      {
        what: "failover: [], without panic",
        route: { ...SPLIT, failover: [] },
        cluster: NO_PANIC,
        after: ["200 dc", nowhere],
      },
      { what: "to, without panic", route: { to: "aws" }, cluster: NO_PANIC, after: [nowhere] },
    ];
    for (const { what, route, cluster, after } of rows) {
      await t.step(what, async () => {
        await using aws = await startCluster("aws", 1);
        await using dc = await startCluster("dc", 1);
        await aws.kill();
        await gateway.push(twoClusters(aws.urls, dc.urls, route, cluster ?? {}));
        await askTimes(20, gateway.url);
        const answers = await askTimes(40, gateway.url);
        assert.deepEqual(Object.keys(answers).sort(), after.toSorted());
        for (const count of Object.values(answers)) assert.ok(count >= 40 / after.length - 14);
      });
    }
  },

  "a refusal by the gateway is a problem document": async (gateway) => {
    await using dead = await startOrigin("dead");
    await dead.kill();
    await gateway.push(oneCluster([dead.url], {}, NO_PANIC));
    await askTimes(5, gateway.url);
    const response = await fetch(gateway.url);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    assert.match(response.headers.get("proxy-status")!, /^limen; error=destination_unavailable/);
    const text = await response.text();
    assert.equal(JSON.parse(text).code, "no_healthy_upstream");
    assert.ok(!text.includes(String(dead.port)), text);
  },

  "Cloudflare's word that an origin can't be reached counts as no connection": async (gateway) => {
    await using unreachable = await startOrigin((_, response) =>
      void response.writeHead(521).end()
    );
    await using good = await startOrigin("aws");
    await gateway.push(oneCluster([unreachable.url, good.url]));
    const answers = await askTimes(20, gateway.url, { method: "POST", body: "order" });
    const deno = { "521": 5, "200 aws": 15 };
    assert.deepEqual(answers, gateway.runtime === "cloudflare" ? { "200 aws": 20 } : deno);
  },
});

/** Clusters taken out of service and brought back, and what the client sees of it: nothing. */
import assert from "node:assert/strict";
import { askAdmin, clusters, drain, statesOf } from "./support/admin.ts";
import { type Runtime, RUNTIMES, startGateway } from "./support/gateway.ts";
import { ask, askTimes, type Load, startLoad } from "./support/load.ts";
import { type Answer, echo, type Origin, startOrigin } from "./support/origin.ts";
import { suite } from "./support/suite.ts";
import { until } from "./support/until.ts";

/** The contract: in force within 1 second on Deno, within 5 on Workers. */
const IN_FORCE_MS: Readonly<Record<Runtime, number>> = { deno: 1_000, cloudflare: 5_000 };

const SPLIT = { split: { aws: 50, dc: 50 } };
const CHAIN = { to: "aws", failover: ["dc"] };

/** Beside the route under test, `/slow` goes to `aws` and nowhere else. */
const twoClusters = (aws: Origin, dc: Origin, route: Record<string, unknown> = SPLIT): unknown => ({
  clusters: {
    aws: { location: "public", region: "us-east-1", endpoints: [aws.url] },
    dc: { location: "private", endpoints: [dc.url] },
  },
  routes: [{ name: "slow", match: { path: "/slow" }, to: "aws" }, { name: "all", ...route }],
});

/** Says that `/slow` has arrived, and answers it once it is released. */
function slowly(name: string): { answer: Answer; arrived: Promise<void>; release: () => void } {
  const [arrived, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const answer: Answer = async (request, response) => {
    if (request.url === "/slow") {
      arrived.resolve();
      await released.promise;
    }
    await echo(name)(request, response);
  };
  return { answer, arrived: arrived.promise, release: released.resolve };
}

/** Waits until many requests in a row pass the origin by. */
const untilIdle = (origin: Origin, load: Load, withinMs: number): Promise<number> =>
  until("all requests go elsewhere", async () => {
    const before = origin.hits;
    await load.more(60);
    return origin.hits === before;
  }, withinMs);

suite("drain", {
  "requests in flight finish, new ones go elsewhere, none is lost": async (gateway, t) => {
    for (const [what, route] of Object.entries({ split: SPLIT, chain: CHAIN })) {
      await t.step(what, async () => {
        const { answer, arrived, release } = slowly("aws");
        await using aws = await startOrigin(answer);
        await using dc = await startOrigin("dc");
        await gateway.push(twoClusters(aws, dc, route));
        const slow = ask(`${gateway.url}/slow`);
        await arrived;
        const load = startLoad(gateway.url);
        await load.more(60);
        assert.ok(aws.hits > 10, "the cluster takes part");
        const drained = await drain(gateway, "aws");
        assert.deepEqual([drained.name, drained.draining], ["aws", true]);
        await untilIdle(aws, load, IN_FORCE_MS[gateway.runtime]);
        assert.equal(await ask(`${gateway.url}/slow`), "503 no_healthy_upstream");
        release();
        assert.equal(await slow, "200 aws");

        const before = aws.hits;
        assert.equal((await drain(gateway, "aws", "undrain")).draining, false);
        await until("aws is back", () => aws.hits > before, IN_FORCE_MS[gateway.runtime]);
        const answers = await load.stop();
        assert.deepEqual(Object.keys(answers).sort(), ["200 aws", "200 dc"]);
      });
    }
  },

  "a cluster that is drained takes nothing in panic either": async (gateway) => {
    await using aws = await startOrigin("aws");
    await using dc = await startOrigin("dc");
    await gateway.push(twoClusters(aws, dc, { to: "aws" }));
    await drain(gateway, "aws");
    await until("nothing is left", async () => await ask(gateway.url) !== "200 aws");
    assert.deepEqual(await askTimes(20, gateway.url), { "503 no_healthy_upstream": 20 });
    await drain(gateway, "aws", "undrain");
    await until("aws is back", async () => await ask(gateway.url) === "200 aws");
  },

  "twice is once, and a push changes nothing": async (gateway) => {
    await using aws = await startOrigin("aws");
    await using dc = await startOrigin("dc");
    await gateway.push(twoClusters(aws, dc));
    await drain(gateway, "aws");
    assert.equal((await drain(gateway, "aws")).draining, true);
    await gateway.push(twoClusters(aws, dc, CHAIN));
    assert.deepEqual(await askTimes(20, gateway.url), { "200 dc": 20 });
    assert.equal((await drain(gateway, "aws", "undrain")).draining, false);
    assert.equal((await drain(gateway, "aws", "undrain")).draining, false);
    assert.deepEqual(await askTimes(20, gateway.url), { "200 aws": 20 });
  },

  "GET clusters shows it": async (gateway) => {
    await using aws = await startOrigin("aws");
    await using dc = await startOrigin("dc");
    await gateway.push(twoClusters(aws, dc));
    await askTimes(20, gateway.url);
    const drained = await drain(gateway, "aws");
    const [first, second] = await clusters(gateway);
    assert.deepEqual(first, drained);
    const { latencyMs: { p50, p99 }, ...endpoint } = drained.endpoints[0]!;
    assert.deepEqual({ ...drained, endpoints: [endpoint] }, {
      name: "aws",
      location: "public",
      region: "us-east-1",
      draining: true,
      endpoints: [{
        index: 0,
        url: aws.url,
        state: "draining",
        reason: null,
        ejectedUntil: null,
        active: 0,
      }],
    });
    assert.ok(p50! >= 0 && p99! >= p50!, `p50 ${p50}, p99 ${p99}`);
    assert.deepEqual([second!.name, second!.region, second!.draining], ["dc", null, false]);
    assert.deepEqual(await statesOf(gateway, "dc"), ["healthy"]);
    await drain(gateway, "aws", "undrain");
    assert.deepEqual(await statesOf(gateway, "aws"), ["healthy"]);
  },

  "what can't be drained": async (gateway) => {
    const rows: [method: string, path: string, status: number, code: string][] = [
      ["POST", "/clusters/nobody/drain", 404, "not_found"],
      ["POST", "/clusters/nobody/undrain", 404, "not_found"],
      ["GET", "/clusters/aws/drain", 405, "method_not_allowed"],
      ["POST", "/clusters", 405, "method_not_allowed"],
    ];
    for (const [method, path, status, code] of rows) {
      const response = await askAdmin(gateway, method, path);
      assert.deepEqual([response.status, JSON.parse(await response.text()).code], [status, code]);
    }
    const closed = await fetch(`${gateway.url}/_limen/clusters/aws/drain`, { method: "POST" });
    await closed.body?.cancel();
    assert.equal(closed.status, 401);
  },
});

for (const runtime of RUNTIMES) {
  Deno.test(`a drain outlives a restart on ${runtime}`, async () => {
    const folder = await Deno.makeTempDir();
    const kv = runtime === "deno" ? `${folder}/kv.db` : folder;
    await using aws = await startOrigin("aws");
    await using dc = await startOrigin("dc");
    try {
      const first = await startGateway(runtime, { kv, policy: twoClusters(aws, dc) });
      await drain(first, "aws");
      await first.stop();
      const second = await startGateway(runtime, { kv });
      try {
        await until("aws is left out", async () => {
          const answers = await askTimes(20, second.url);
          return answers["200 dc"] === 20;
        }, IN_FORCE_MS[runtime]);
        if (runtime === "deno") assert.equal(aws.hits, 0);
        assert.deepEqual(await statesOf(second, "aws"), ["draining"]);
        await drain(second, "aws", "undrain");
        await until("aws is back", async () => await ask(second.url) === "200 aws");
      } finally {
        await second.stop();
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("a drain is in force within a second in another process on the same file", async () => {
  const folder = await Deno.makeTempDir();
  const kv = `${folder}/kv.db`;
  await using aws = await startOrigin("aws");
  await using dc = await startOrigin("dc");
  const policy = twoClusters(aws, dc);
  const one = await startGateway("deno", { kv, policy });
  const other = await startGateway("deno", { kv });
  try {
    await drain(one, "aws");
    await until("the other process follows", async () => {
      const answers = await askTimes(20, other.url);
      return answers["200 dc"] === 20;
    }, IN_FORCE_MS.deno);
    // Each changes something else at the same time: neither change is lost.
    await Promise.all([drain(one, "aws", "undrain"), drain(other, "dc")]);
    for (const gateway of [one, other]) {
      await until("both changes hold", async () => {
        const draining = (await clusters(gateway)).map(({ draining }) => draining);
        return !draining[0]! && draining[1]!;
      }, IN_FORCE_MS.deno);
      assert.deepEqual(await askTimes(20, gateway.url), { "200 aws": 20 });
    }
  } finally {
    await Promise.all([one.stop(), other.stop()]);
    await Deno.remove(folder, { recursive: true });
  }
});

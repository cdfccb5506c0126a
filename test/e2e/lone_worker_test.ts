/** A Worker whose wrangler.toml is from before there was a fleet: each isolate is on its own. */
import assert from "node:assert/strict";
import { ADMIN_TOKEN } from "./support/gateway.ts";
import { ask, askTimes } from "./support/load.ts";
import { startOrigin } from "./support/origin.ts";
import { CountingKv, startWorker } from "./support/worker.ts";

Deno.test("a Worker with nothing but POLICIES serves, and says once what it lacks", async () => {
  await using aws = await startOrigin("aws");
  await using dc = await startOrigin("dc");
  await using kv = new CountingKv();
  const checked = { healthCheck: { path: "/up", interval: "100ms" } };
  kv.put(
    "policy",
    JSON.stringify({
      clusters: {
        aws: { location: "public", endpoints: [aws.url], ...checked },
        dc: { location: "private", endpoints: [dc.url], capacity: { requestsPerSecond: 1_000 } },
      },
      routes: [{ name: "all", split: { aws: 50, dc: 50 }, failover: ["aws"] }],
    }),
  );
  await using worker = await startWorker(kv, { LIMEN_ADMIN_TOKEN: ADMIN_TOKEN }, false);
  const answers = await askTimes(40, worker.url);
  assert.deepEqual(Object.keys(answers).sort(), ["200 aws", "200 dc"]);
  const drained = await fetch(`${worker.url}/_limen/clusters/dc/drain`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  await drained.body?.cancel();
  assert.equal(drained.status, 200);
  assert.deepEqual(await askTimes(20, worker.url), { "200 aws": 20 });
  assert.equal(await ask(worker.url), "200 aws");
  const lines = worker.log().split("\n").filter((line) => line.includes("bindings_missing"));
  assert.equal(lines.length, 1, worker.log());
  assert.deepEqual(JSON.parse(lines[0]!).bindings, ["FLEET", "PROBERS", "CAPACITY", "REGISTER"]);
  assert.ok(!worker.log().includes("request_failed"), worker.log());
});

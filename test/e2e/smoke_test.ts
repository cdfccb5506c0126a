import assert from "node:assert/strict";
import { startOrigin } from "./support/origin.ts";
import { suite } from "./support/suite.ts";

suite("smoke", {
  "a request reaches the cluster and comes back": async (gateway) => {
    await using origin = await startOrigin("aws");
    await gateway.push({
      clusters: { aws: { location: "public", endpoints: [origin.url] } },
      routes: [{ name: "all", to: "aws" }],
    });
    const response = await fetch(`${gateway.url}/hello?x=1`);
    assert.equal(response.status, 200);
    const { name, url } = JSON.parse(await response.text());
    assert.deepEqual({ name, url }, { name: "aws", url: "/hello?x=1" });
  },
  "its own endpoints answer": async (gateway) => {
    const response = await fetch(`${gateway.url}/_limen/healthz`);
    assert.deepEqual(await response.json(), { status: "ok" });
  },
});

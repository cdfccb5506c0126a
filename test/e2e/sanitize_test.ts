/** Headers by which a stranger would steer what stands behind the gateway. */
import assert from "node:assert/strict";
import { behind } from "./support/behind.ts";
import type { RunningGateway } from "./support/gateway.ts";
import { rawRequest } from "./support/raw.ts";
import { suite } from "./support/suite.ts";

const STEERING = [
  ["X-Envoy-Retry-On", "5xx"],
  ["X-ENVOY-MAX-RETRIES", "99"],
  ["x-envoy-original-dst-host", "127.0.0.1:22"],
  ["x-envoy-upstream-rq-timeout-ms", "1"],
  ["x-envoy-upstream-rq-timeout-ms", "2"],
  ["x-envoy-internal", "true"],
  ["x-limen-overloaded", "true"],
  ["x-forwarded-client-cert", "Subject=admin"],
  ["x-real-ip", "10.0.0.1"],
] as const;
const HARMLESS = [["x-envoyage", "1"], ["x-client-trace-id", "1"]] as const;

/** Of these headers, the names that the echoing origin received. */
async function passed(gateway: RunningGateway): Promise<string[]> {
  const { status, body } = await rawRequest(gateway.port, { headers: [...STEERING, ...HARMLESS] });
  assert.equal(status, 200, body);
  const got = new Set(Object.keys(JSON.parse(body).headers));
  const sent = [...STEERING, ...HARMLESS].map(([name]) => name.toLowerCase());
  return [...new Set(sent)].filter((name) => got.has(name));
}

suite("sanitising", {
  "a stranger's do not pass": behind("o", async (gateway) => {
    assert.deepEqual(await passed(gateway), ["x-envoyage", "x-client-trace-id"]);
  }),
  "a trusted proxy's do": behind(
    "o",
    async (gateway) => {
      const sent = [...STEERING, ...HARMLESS].map(([name]) => name.toLowerCase());
      assert.deepEqual(await passed(gateway), [...new Set(sent)]);
    },
    {},
    { trust: { proxies: ["127.0.0.1/32"] } },
  ),
  "what the policy itself sets does": behind("o", async (gateway) => {
    const names = ["x-envoy-max-retries", "x-envoyage", "x-client-trace-id"];
    assert.deepEqual((await passed(gateway)).toSorted(), names.toSorted());
  }, { headers: { request: { set: { "x-envoy-max-retries": "1" } } } }),
});

/** Localities: whom a gateway in a certain place prefers, and where it turns when that is gone. */
import assert from "node:assert/strict";
import { assertShares } from "../support/random.ts";
import { askTimes } from "./support/load.ts";
import { startOrigin } from "./support/origin.ts";
import { suite } from "./support/suite.ts";

/** One cluster with endpoints in several places, by name of origin. */
const placed = (
  urls: Readonly<Record<string, string>>,
  loadBalancing: Readonly<Record<string, unknown>>,
  rest: Readonly<Record<string, unknown>> = {},
): unknown => ({
  clusters: {
    shop: {
      location: "public",
      loadBalancing,
      endpoints: Object.entries(urls).map(([place, url]) => {
        const [region, zone] = place.split("/");
        return { url, region, ...(zone !== undefined && { zone }) };
      }),
      ...rest,
    },
  },
  routes: [{ name: "all", to: "shop", retry: { attempts: 3 } }],
});

const counts = (answers: Readonly<Record<string, number>>, names: readonly string[]): number[] =>
  names.map((name) => answers[`200 ${name}`] ?? 0);

suite("localities, for a gateway in eu-west/a", {
  "failover: the own zone, then the own region, then the rest": async (gateway) => {
    await using zone = await startOrigin("zone");
    await using region = await startOrigin("region");
    await using far = await startOrigin("far");
    await gateway.push(
      placed(
        { "us-east/a": far.url, "eu-west/b": region.url, "eu-west/a": zone.url },
        { locality: {} },
      ),
    );
    assert.deepEqual(await askTimes(20, gateway.url), { "200 zone": 20 });
    await zone.kill();
    // No request is lost, and once the zone is ejected nobody asks it any more.
    assert.deepEqual(await askTimes(20, gateway.url), { "200 region": 20 });
    await region.kill();
    assert.deepEqual(await askTimes(20, gateway.url), { "200 far": 20 });
  },

  "failover rules choose among foreign regions": async (gateway) => {
    await using east = await startOrigin("east");
    await using south = await startOrigin("south");
    const loadBalancing = { locality: { failover: [{ from: "eu-west", to: "ap-south" }] } };
    await gateway.push(placed({ "us-east": east.url, "ap-south": south.url }, loadBalancing));
    assert.deepEqual(await askTimes(20, gateway.url), { "200 south": 20 });
  },

  "failoverPriority: by labels, the gateway's own from LIMEN_LABELS": async (gateway) => {
    await using v1 = await startOrigin("v1");
    await using v2 = await startOrigin("v2");
    await gateway.push({
      clusters: {
        shop: {
          location: "public",
          endpoints: [
            { url: v1.url, labels: { version: "v1" } },
            { url: v2.url, labels: { version: "v2" } },
          ],
          loadBalancing: { locality: { failoverPriority: ["version"] } },
        },
      },
      routes: [{ name: "all", to: "shop" }],
    });
    assert.deepEqual(await askTimes(20, gateway.url), { "200 v2": 20 });
  },

  "distribute: by weight, and nothing for a place that no rule names": async (gateway) => {
    const names = ["a", "b", "elsewhere"] as const;
    await using a = await startOrigin("a");
    await using b = await startOrigin("b");
    await using elsewhere = await startOrigin("elsewhere");
    const distribute = [{ from: "eu-west/*", to: { "eu-west/a": 80, "eu-west/b": 20 } }];
    await gateway.push(
      placed(
        { "eu-west/a": a.url, "eu-west/b": b.url, "us-east/a": elsewhere.url },
        { locality: { distribute } },
      ),
    );
    assertShares(counts(await askTimes(400, gateway.url), names), [80, 20, 0]);
  },
}, { env: { LIMEN_LOCALITY: "eu-west/a", LIMEN_LABELS: "version=v2" } });

import assert from "node:assert/strict";
import { explainGate } from "../../routes/explain_gate.ts";
import { compile } from "../../src/compile/compile.ts";
import { explainLive } from "../../src/explain/live.ts";
import type { AskedRequest } from "../../src/explain/dry_run.ts";
import type { Explanation } from "../../src/explain/explain.ts";
import type { Gateway, Serving } from "../../src/gateway.ts";
import type { Policy } from "../../src/policy/schema/policy.ts";
import { validate } from "../../src/policy/validate.ts";
import { gatewayOf } from "../support/gateways.ts";
import { FakePlatform } from "../support/platform.ts";

const CLUSTERS: Policy["clusters"] = {
  a: { location: "public", endpoints: ["https://a0.test", "https://a1.test"] },
  b: { location: "public", endpoints: ["https://b.test"] },
};

interface Live {
  readonly gateway: Gateway;
  readonly platform: FakePlatform;
  /** Of the gateway, right now. */
  serving(): Serving;
  explain(asked?: Partial<AskedRequest>): Promise<Explanation>;
}

/** A gateway whose health a test makes. */
function live(route: Partial<Policy["routes"][number]>, clusters = CLUSTERS): Live {
  const { policy, findings } = validate(
    JSON.stringify({ clusters, routes: [{ name: "all", ...route }] }),
  );
  if (policy === null) throw new Error(JSON.stringify(findings));
  const plan = compile(policy, "0123456789ab");
  const platform = new FakePlatform();
  const gateway = gatewayOf(platform, () => plan);
  const serving = (): Serving => gateway.serving()!;
  return {
    gateway,
    platform,
    serving,
    explain: (asked = {}) =>
      explainLive(
        {
          method: "GET",
          url: "http://shop.test/x",
          headers: [],
          ip: null,
          place: { country: null, latitude: null, longitude: null },
          ...asked,
        },
        serving(),
        explainGate,
        () => "an-id",
      ),
  };
}

/** Failures as traffic would report them, until the endpoint is out. */
function eject({ gateway, platform, serving }: Live, cluster: number, index: number): void {
  const { plan, endpoints } = serving().steering.upstreams.cluster(cluster);
  for (let i = 0; i < 5; i++) {
    gateway.health.report(plan, endpoints[index]!.record, "no-answer", platform.now());
  }
}

const statesOf = ({ endpoints }: Explanation): string =>
  endpoints.map(({ cluster, index, state, share }) => `${cluster}/${index} ${state} ${share}`)
    .join(", ");

Deno.test("explain live: what is ejected gets nothing, and says so", async () => {
  const it = live({ split: { a: 50, b: 50 } });
  assert.equal(statesOf(await it.explain()), "a/0 healthy 0.25, a/1 healthy 0.25, b/0 healthy 0.5");
  eject(it, 1, 0);
  const told = await it.explain();
  assert.equal(told.live, true);
  assert.deepEqual(told.clusters, { a: 1, b: 0 });
  assert.equal(statesOf(told), "a/0 healthy 0.5, a/1 healthy 0.5, b/0 unhealthy 0");
  assert.deepEqual(told.endpoints.map(({ reason, ejectedUntil }) => [reason, ejectedUntil]), [
    [null, null],
    [null, null],
    ["ejected", new Date(it.platform.now() + 30_000).toISOString()],
  ]);
});

Deno.test("explain live: a drained cluster's share goes to the failover", async () => {
  const it = live({ to: "a", failover: ["b"] });
  it.serving();
  it.gateway.health.drain(new Set(["a"]));
  const told = await it.explain();
  assert.deepEqual(told.clusters, { a: 0, b: 1 });
  assert.equal(statesOf(told), "a/0 draining 0, a/1 draining 0, b/0 healthy 1");
  assert.equal(new URL(told.request!.url).hostname, "b.test");
});

Deno.test("explain live: panic is told, and its shares are those that hold", async () => {
  const it = live({ to: "a" });
  eject(it, 0, 0);
  eject(it, 0, 1);
  const told = await it.explain();
  assert.deepEqual([told.panic, statesOf(told)], [["a"], "a/0 unhealthy 0.5, a/1 unhealthy 0.5"]);
});

Deno.test("explain live: the fastest is who was fast", async () => {
  const it = live({ fastest: ["a", "b"] });
  const slowness = [200, 10];
  for (const [cluster, ms] of slowness.entries()) {
    const { plan, endpoints } = it.serving().steering.upstreams.cluster(cluster);
    it.gateway.health.report(plan, endpoints[0]!.record, "success", 0, ms);
  }
  // Latencies count from the next change of health on.
  it.gateway.health.drain(new Set(["b"]));
  it.gateway.health.drain(new Set());
  assert.deepEqual((await it.explain()).clusters, { a: 0.02, b: 0.98 });
});

Deno.test("explain live: guards tell what there is now", async () => {
  const it = live({ to: "a", fault: { abort: { percent: 5, status: 503 } } }, {
    ...CLUSTERS,
    a: {
      ...CLUSTERS["a"]!,
      circuitBreaker: { maxRequests: 2 },
      capacity: { requestsPerSecond: 50 },
    },
  });
  const verdicts = async (): Promise<string[]> =>
    (await it.explain()).guards.map(({ guard, verdict, detail }) =>
      `${guard} ${verdict}: ${detail}`
    );
  assert.deepEqual(await verdicts(), [
    "fault maybe: 5 % are answered with 503",
    "capacity pass: a: room for one more of 50 requests per second",
    "circuitBreaker pass: a: 0 of 2 requests in flight",
  ]);
  const { steering } = it.serving();
  const { plan, vitals } = steering.upstreams.cluster(0);
  vitals.breaker.firstTries = 1;
  vitals.breaker.retries = 1;
  // As asked once more and once more, explanations take none of the capacity.
  await verdicts();
  assert.equal(steering.admit(plan), true);
  assert.equal(steering.admit(plan), false);
  assert.deepEqual(await verdicts(), [
    "fault maybe: 5 % are answered with 503",
    "capacity spill: a: no room, it takes 50 requests per second",
    "circuitBreaker refuse: a: 2 of 2 requests in flight",
  ]);
});

Deno.test("explain live: asking changes nothing", async () => {
  const it = live({ split: { a: 50, b: 50 } });
  const { steering } = it.serving();
  const before = JSON.stringify(steering.shares(it.serving().plan.routes[0]!.action as never));
  const epoch = it.gateway.health.epoch;
  const picks = async (explains: boolean): Promise<number[]> => {
    const { picker } = steering.upstreams.cluster(0).levels[0]!.healthy;
    const picked: number[] = [];
    for (let i = 0; i < 4; i++) {
      picked.push(picker.next());
      if (explains) await it.explain();
    }
    return picked;
  };
  const plain = await picks(false);
  assert.deepEqual(await picks(true), plain);
  assert.equal(it.gateway.health.epoch, epoch);
  assert.equal(
    JSON.stringify(steering.shares(it.serving().plan.routes[0]!.action as never)),
    before,
  );
  assert.equal(it.platform.sent.length, 0);
});

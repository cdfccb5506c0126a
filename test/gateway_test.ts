import assert from "node:assert/strict";
import { CapacityGates } from "../src/capacity/gates.ts";
import type { Gateway } from "../src/gateway.ts";
import type { Plan } from "../src/plan/plan.ts";
import { gatewayOf } from "./support/gateways.ts";
import { FakePlatform } from "./support/platform.ts";
import { clusterPlans, forwardPlan, planOf } from "./support/plans.ts";

const policy = (specs: Parameters<typeof clusterPlans>[0]): Plan => planOf(clusterPlans(specs));

Deno.test("without a plan there is nothing to serve", () => {
  assert.equal(gatewayOf(new FakePlatform(), () => null).serving(), null);
});

Deno.test("a plan is prepared once, a new one anew", () => {
  let plan = policy({ a: 1 });
  const gateway = gatewayOf(new FakePlatform(), () => plan);
  const first = gateway.serving()!;
  assert.equal(first.plan, plan);
  assert.equal(gateway.serving(), first);
  plan = policy({ a: 1 });
  const second = gateway.serving()!;
  assert.equal(second.plan, plan);
  assert.notEqual(second, first);
  assert.equal(gateway.serving(), second);
});

Deno.test("a plan that is gone leaves the last one in service", () => {
  let plan: Plan | null = policy({ a: 1 });
  const gateway = gatewayOf(new FakePlatform(), () => plan);
  const serving = gateway.serving();
  plan = null;
  assert.equal(gateway.serving(), serving);
});

/** Whether cluster `a`'s only endpoint is in service. */
function inService(gateway: Gateway): boolean {
  const { upstreams } = gateway.serving()!.steering;
  return upstreams.cluster(0).levels[0]!.healthy.endpoints.length === 1;
}

function failFiveTimes(gateway: Gateway): void {
  const cluster = gateway.serving()!.steering.upstreams.cluster(0);
  for (let i = 0; i < 5; i++) {
    const { record } = cluster.endpoints[0]!;
    gateway.health.report(cluster.plan, record, "no-answer", gateway.platform.now());
  }
}

Deno.test("what is known of an endpoint's health outlives the plan", () => {
  let plan = policy({ a: 1 });
  const gateway = gatewayOf(new FakePlatform(), () => plan);
  failFiveTimes(gateway);
  assert.equal(inService(gateway), false);
  plan = policy({ a: 1, b: 1 });
  assert.equal(inService(gateway), false);
});

Deno.test("an ejected endpoint comes back at the first request after its time", async () => {
  const platform = new FakePlatform();
  const plan = policy({ a: 1 });
  const gateway = gatewayOf(platform, () => plan);
  const route = forwardPlan(plan.clusters, { a: 1 });
  failFiveTimes(gateway);
  const ejected = gateway.serving()!.steering.shares(route);
  await platform.clock.advance(29_999);
  assert.equal(inService(gateway), false);
  await platform.clock.advance(1);
  assert.equal(inService(gateway), true);
  assert.notDeepEqual(gateway.serving()!.steering.shares(route), ejected);
});

Deno.test("steering draws from the platform's randomness", () => {
  const platform = new FakePlatform();
  const plan = policy({ a: 1 });
  platform.random = () => 0.25;
  assert.equal(gatewayOf(platform, () => plan).serving()!.steering.random(), 0.25);
});

Deno.test("a plan's capacities are asked for as soon as it is served", () => {
  const gates = new CapacityGates("me");
  const plan = policy({ a: { capacity: 10 }, b: 1 });
  const gateway = gatewayOf(new FakePlatform(), () => plan, { gates });
  assert.equal(gates.nextAskMs(), Infinity);
  gateway.serving();
  assert.deepEqual(gates.asks(gateway.platform.now()).map(({ cluster }) => cluster), ["a"]);
});

import assert from "node:assert/strict";
import { describeClusters } from "../../src/health/describe.ts";
import type { Verdict } from "../../src/health/active_check.ts";
import { plainHealthCheck, planOf, type World, worldOf } from "../support/plans.ts";

const describe = ({ clusters, registry }: World): ReturnType<typeof describeClusters> =>
  describeClusters(planOf(clusters), registry);

Deno.test("clusters described: a new one, in the policy's order", () => {
  const world = worldOf({
    b: { endpoints: 2, location: "private", region: "eu-west-1" },
    a: { endpoints: [{ weight: 0, origin: "https://a.test:8443" }] },
    none: 0,
  });
  const idle = {
    state: "healthy",
    reason: null,
    ejectedUntil: null,
    active: 0,
    latencyMs: { p50: null, p99: null },
  };
  assert.deepEqual(describe(world), [
    {
      name: "b",
      location: "private",
      region: "eu-west-1",
      draining: false,
      endpoints: [
        { index: 0, url: "http://b-0.test", ...idle },
        { index: 1, url: "http://b-1.test", ...idle },
      ],
    },
    {
      name: "a",
      location: "public",
      region: null,
      draining: false,
      endpoints: [{ index: 0, url: "https://a.test:8443", ...idle }],
    },
    { name: "none", location: "public", region: null, draining: false, endpoints: [] },
  ]);
});

Deno.test("clusters described: an ejection says until when, and is gone when it is over", () => {
  const world = worldOf({ a: 2 });
  world.eject(Date.UTC(2024, 1, 29, 12), "a/1");
  const seen = (): unknown =>
    describe(world)[0]!.endpoints.map((one) => [one.state, one.reason, one.ejectedUntil]);
  assert.deepEqual(seen(), [
    ["healthy", null, null],
    ["unhealthy", "ejected", "2024-02-29T12:00:30.000Z"],
  ]);
  world.registry.settle(Date.UTC(2024, 1, 29, 12, 0, 30));
  assert.deepEqual(seen(), [["healthy", null, null], ["healthy", null, null]]);
});

Deno.test("clusters described: an ejection that the policy does not ask for is none", () => {
  const world = worldOf({ a: 1 });
  world.eject(0, "a");
  const off = { ...world.clusters[0]!, outlier: null };
  const [cluster] = describeClusters(planOf([off]), world.registry);
  const { state, reason, ejectedUntil } = cluster!.endpoints[0]!;
  assert.deepEqual([state, reason, ejectedUntil], ["healthy", null, null]);
});

const verdictRows: readonly (readonly [Verdict, state: string, reason: string | null])[] = [
  ["unknown", "healthy", null],
  ["healthy", "healthy", null],
  ["degraded", "degraded", null],
  ["unhealthy", "unhealthy", "check"],
  // Not a word of the contract's: out is out.
  ["excluded", "unhealthy", "excluded"],
];
for (const [verdict, want, reason] of verdictRows) {
  Deno.test(`clusters described: the verdict ${verdict} is called ${want}`, () => {
    const world = worldOf({ a: { endpoints: 2, healthCheck: plainHealthCheck } });
    world.registry.setVerdict("a", "http://a-1.test", verdict, 0);
    const [first, second] = describe(world)[0]!.endpoints;
    assert.deepEqual([first!.state, first!.reason], ["healthy", null]);
    assert.deepEqual([second!.state, second!.reason], [want, reason]);
    // What would keep it out when the ejection is over goes first.
    world.eject(0, "a/1");
    const { reason: both, ejectedUntil } = describe(world)[0]!.endpoints[1]!;
    assert.deepEqual([both, ejectedUntil], [reason ?? "ejected", "1970-01-01T00:00:30.000Z"]);
  });
}

Deno.test("clusters described: a drain shows on the cluster and on each endpoint", () => {
  const world = worldOf({ a: 2, b: 1 });
  world.eject(1_000, "a/0");
  world.registry.drain(new Set(["a", "nobody"]));
  const seen = (): unknown =>
    describe(world).map((
      { draining, endpoints },
    ) => [draining, ...endpoints.map((one) => one.state)]);
  assert.deepEqual(seen(), [[true, "draining", "draining"], [false, "healthy"]]);
  assert.deepEqual(describe(world)[0]!.endpoints.map(({ reason }) => reason), [null, null]);
  // The ejection goes on meanwhile.
  assert.equal(describe(world)[0]!.endpoints[0]!.ejectedUntil, "1970-01-01T00:00:31.000Z");
  world.registry.drain(new Set());
  assert.deepEqual(seen(), [[false, "unhealthy", "healthy"], [false, "healthy"]]);
});

Deno.test("clusters described: load and latency are each endpoint's own", () => {
  const world = worldOf({ a: 2 });
  const [busy, other] = world.upstreams.cluster(0).endpoints.map(({ record }) => record);
  busy!.active = 3;
  const report = (ms: number | null): void =>
    world.registry.report(world.clusters[0]!, busy!, "success", 0, ms);
  for (let i = 0; i < 98; i++) report(4);
  for (let i = 0; i < 2; i++) report(1_000);
  report(null);
  world.registry.report(world.clusters[0]!, other!, "no-answer", 0);
  assert.deepEqual(
    describe(world)[0]!.endpoints.map(({ active, latencyMs }) => [active, latencyMs]),
    [[3, { p50: 4, p99: 1_024 }], [0, { p50: null, p99: null }]],
  );
});

Deno.test("clusters described: a plan that nobody has adopted yet", () => {
  const { clusters } = worldOf({ a: 1 });
  const registry = worldOf({ other: 1 }).registry;
  registry.drain(new Set(["a"]));
  const [cluster] = describeClusters(planOf(clusters), registry);
  assert.equal(cluster!.draining, true);
  assert.equal(cluster!.endpoints[0]!.state, "healthy");
});

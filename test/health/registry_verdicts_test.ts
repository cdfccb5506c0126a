/** What health checks, and endpoints themselves, tell the registry. */
import assert from "node:assert/strict";
import type { Verdict } from "../../src/health/active_check.ts";
import { type EndpointRecord, isEjected } from "../../src/health/records.ts";
import { HealthRegistry } from "../../src/health/registry.ts";
import type { OutlierPlan } from "../../src/plan/plan.ts";
import {
  clusterPlans,
  defaultOutlier,
  plainHealthCheck,
  upstreamsOf,
  type World,
  worldOf,
} from "../support/plans.ts";

const A0 = "http://a-0.test";
const A1 = "http://a-1.test";

const checkedWorld = (outlier: Partial<OutlierPlan> = {}): World =>
  worldOf({
    a: {
      endpoints: 2,
      healthCheck: plainHealthCheck,
      outlier: { ...defaultOutlier, consecutive5xx: 3, ...outlier },
    },
    b: 1,
  });

const recordOf = ({ registry }: World, origin = A0): EndpointRecord =>
  registry.cluster("a")!.endpoints.get(origin)!;

const epochsOf = ({ registry }: World): number[] => [
  registry.epoch,
  registry.cluster("a")!.epoch,
  registry.cluster("b")!.epoch,
];

Deno.test("verdicts: a new one moves the epochs of its cluster, the same one again none", () => {
  const world = checkedWorld();
  const [all, a, b] = epochsOf(world) as [number, number, number];
  const steps: readonly (readonly [Verdict, number])[] = [
    ["unknown", 0],
    ["unhealthy", 1],
    ["unhealthy", 1],
    ["excluded", 2],
    ["degraded", 3],
    ["healthy", 4],
    ["healthy", 4],
    ["unknown", 5],
  ];
  for (const [verdict, moves] of steps) {
    world.registry.setVerdict("a", A0, verdict, 1_000);
    assert.equal(recordOf(world).verdict, verdict);
    assert.deepEqual(epochsOf(world), [all + moves, a + moves, b], verdict);
  }
  assert.equal(recordOf(world, A1).verdict, "unknown");
});

Deno.test("verdicts: about what no policy names, nothing is kept", () => {
  const world = checkedWorld();
  const before = epochsOf(world);
  world.registry.setVerdict("a", "http://gone.test", "unhealthy", 0);
  world.registry.setVerdict("gone", A0, "unhealthy", 0);
  assert.deepEqual(epochsOf(world), before);
  const next = world.registry.adopt({
    name: "gone",
    endpoints: world.clusters[0]!.endpoints,
  }, 0);
  assert.equal(next.endpoints.get(A0)!.verdict, "unknown");
});

const sinceRows: readonly (readonly [Verdict, Verdict, boolean])[] = [
  ["unhealthy", "healthy", true],
  ["unhealthy", "degraded", true],
  ["excluded", "healthy", true],
  // The fleet says nothing of it any more: it counts as healthy.
  ["unhealthy", "unknown", true],
  ["excluded", "unhealthy", false],
  ["unhealthy", "excluded", false],
  ["healthy", "degraded", false],
  ["degraded", "healthy", false],
  ["unknown", "healthy", false],
  ["healthy", "unhealthy", false],
];
for (const [from, to, returns] of sinceRows) {
  Deno.test(`verdicts: from ${from} to ${to}, an endpoint ${returns ? "comes" : "does not come"} back`, () => {
    const world = checkedWorld();
    world.registry.setVerdict("a", A0, from, 1_000);
    world.registry.setVerdict("a", A0, to, 2_000);
    assert.equal(recordOf(world).inServiceSinceMs, returns ? 2_000 : -Infinity);
  });
}

Deno.test("a check that finds an endpoint well ends its ejection at once", () => {
  const world = checkedWorld();
  world.eject(1_000, "a/0", "a/1");
  const before = epochsOf(world);
  world.registry.endEjection("a", A0, 2_000);
  assert.deepEqual(epochsOf(world), before.map((epoch, i) => i < 2 ? epoch + 1 : epoch));
  assert.deepEqual([A0, A1].map((origin) => isEjected(recordOf(world, origin))), [false, true]);
  assert.equal(recordOf(world).inServiceSinceMs, 2_000);
  // The other one comes back in its time, and this one does not come back again.
  world.registry.settle(31_000);
  assert.deepEqual([A0, A1].map((origin) => isEjected(recordOf(world, origin))), [false, false]);
  assert.equal(recordOf(world).inServiceSinceMs, 2_000);
  assert.deepEqual(epochsOf(world), before.map((epoch, i) => i < 2 ? epoch + 2 : epoch));
});

Deno.test("a check that finds an endpoint well moves nothing where it is in service", () => {
  const world = checkedWorld();
  const before = epochsOf(world);
  world.registry.endEjection("a", A0, 1_000);
  world.registry.endEjection("a", "http://gone.test", 1_000);
  world.registry.endEjection("gone", A0, 1_000);
  assert.deepEqual(epochsOf(world), before);
  assert.equal(recordOf(world).inServiceSinceMs, -Infinity);
});

Deno.test("a check that finds an endpoint well clears its failures in a row", () => {
  for (const consecutiveLocalOriginErrors of [null, 3]) {
    const world = checkedWorld({ consecutiveLocalOriginErrors });
    const fail = (times: number): void => {
      for (let i = 0; i < times; i++) {
        world.registry.report(world.clusters[0]!, recordOf(world), "no-answer", 1_000);
      }
    };
    fail(2);
    world.registry.endEjection("a", A0, 1_000);
    fail(2);
    assert.equal(isEjected(recordOf(world)), false);
    fail(1);
    assert.ok(isEjected(recordOf(world)));
  }
});

Deno.test("after an ejection, however it ended, failures in a row begin at none", () => {
  for (const consecutiveLocalOriginErrors of [null, 3]) {
    const ends = {
      byCheck: (world: World): void => world.registry.endEjection("a", A0, 31_000),
      byTime: (world: World): void => world.registry.settle(31_000),
    };
    for (const [how, end] of Object.entries(ends)) {
      const world = checkedWorld({ consecutiveLocalOriginErrors });
      const fail = (nowMs: number): void =>
        world.registry.report(world.clusters[0]!, recordOf(world), "no-answer", nowMs);
      // Three eject; two more were under way.
      for (let i = 0; i < 5; i++) fail(1_000);
      assert.ok(isEjected(recordOf(world)));
      end(world);
      fail(31_000);
      fail(31_000);
      assert.equal(isEjected(recordOf(world)), false, how);
      fail(31_000);
      assert.ok(isEjected(recordOf(world)), how);
    }
  }
});

Deno.test("an ejection that a check ended counts as over from then on", () => {
  const world = checkedWorld();
  world.eject(0, "a/0");
  world.registry.endEjection("a", A0, 1_000);
  // Well for 10 s, one interval: the next ejection is a first one again, not a second one of 60 s.
  world.eject(11_000, "a/0");
  assert.equal(recordOf(world).outlier.ejectedUntilMs, 41_000);
  world.registry.endEjection("a", A0, 12_000);
  // Well for less than an interval: a second one.
  world.eject(21_999, "a/0");
  assert.equal(recordOf(world).outlier.ejectedUntilMs, 81_999);
});

Deno.test("an endpoint that a check has out and an ejection too comes back with the later of both", () => {
  const world = checkedWorld();
  world.eject(0, "a/0");
  world.registry.setVerdict("a", A0, "unhealthy", 1_000);
  const healthy = (): number[] =>
    world.upstreams.cluster(0).levels[0]!.healthy.endpoints.map(({ plan }) => plan.index);
  world.registry.settle(30_000);
  assert.deepEqual(healthy(), [1]);
  world.registry.setVerdict("a", A0, "healthy", 40_000);
  assert.deepEqual(healthy(), [0, 1]);
  assert.equal(recordOf(world).inServiceSinceMs, 40_000);
});

Deno.test("an endpoint's own word takes it out, and the fleet hears of it once", () => {
  const world = checkedWorld();
  const [cluster] = world.clusters;
  const takeOut = (nowMs: number): void =>
    world.registry.takeOut(cluster!.name, recordOf(world), nowMs);
  const before = epochsOf(world);
  takeOut(1_000);
  takeOut(1_001);
  assert.equal(recordOf(world).verdict, "excluded");
  assert.deepEqual(epochsOf(world), before.map((epoch, i) => i < 2 ? epoch + 1 : epoch));
  assert.deepEqual(world.registry.takeTakenOut(), [{ cluster: "a", origin: A0 }]);
  takeOut(1_002);
  assert.deepEqual(world.registry.takeTakenOut(), []);
  // Back, and out again.
  world.registry.setVerdict("a", A0, "healthy", 2_000);
  takeOut(3_000);
  assert.deepEqual(world.registry.takeTakenOut(), [{ cluster: "a", origin: A0 }]);
  assert.deepEqual(world.registry.takeTakenOut(), []);
});

Deno.test("a late word of an endpoint that the policy has dropped is nobody's", () => {
  const world = checkedWorld();
  const dropped = recordOf(world);
  world.registry.adopt({ name: "a", endpoints: [world.clusters[0]!.endpoints[1]!] }, 0);
  world.registry.takeOut(world.clusters[0]!.name, dropped, 0);
  world.registry.retain(new Set(["b"]));
  world.registry.takeOut(world.clusters[0]!.name, dropped, 0);
  assert.deepEqual(world.registry.takeTakenOut(), []);
});

Deno.test("what nobody takes is not kept without end", () => {
  const registry = new HealthRegistry();
  const endpoints = 1_200;
  const outlier = { ...defaultOutlier, consecutive5xx: 1 };
  const clusters = clusterPlans({ a: { endpoints, outlier, healthCheck: plainHealthCheck } });
  upstreamsOf(clusters, registry);
  for (const record of registry.cluster("a")!.endpoints.values()) {
    registry.report(clusters[0]!, record, "no-answer", 0);
    registry.takeOut(clusters[0]!.name, record, 0);
  }
  assert.equal(registry.takeEjections().length, 1_000);
  assert.equal(registry.takeTakenOut().length, 1_000);
});

/** What the registry hears from the fleet and tells it: drains, ejections, who has traffic. */
import assert from "node:assert/strict";
import { type EndpointRecord, isEjected } from "../../src/health/records.ts";
import { HealthRegistry } from "../../src/health/registry.ts";
import type { OutlierPlan } from "../../src/plan/plan.ts";
import {
  clusterPlans,
  defaultOutlier,
  upstreamsOf,
  type World,
  worldOf,
} from "../support/plans.ts";

const originOf = (at: number): string => `http://a-${at}.test`;
const recordOf = ({ registry }: Pick<World, "registry">, at: number): EndpointRecord =>
  registry.cluster("a")!.endpoints.get(originOf(at))!;
const epochsOf = ({ registry }: World): number[] => [
  registry.epoch,
  registry.cluster("a")!.epoch,
  registry.cluster("b")!.epoch,
];

Deno.test("drain: in force for clusters that are known, those that come, and those that come back", () => {
  const registry = new HealthRegistry();
  registry.drain(new Set(["a", "nobody"]));
  const draining = (): boolean[] =>
    ["a", "b"].map((name) => registry.cluster(name)?.vitals.draining ?? false);
  upstreamsOf(clusterPlans({ a: 1, b: 1 }), registry);
  assert.deepEqual(draining(), [true, false]);
  assert.deepEqual(["a", "b", "nobody"].map((name) => registry.isDrained(name)), [
    true,
    false,
    true,
  ]);
  // A push, then one without it, then one with it again.
  upstreamsOf(clusterPlans({ a: 2, b: 1 }), registry);
  assert.deepEqual(draining(), [true, false]);
  upstreamsOf(clusterPlans({ b: 1 }), registry);
  upstreamsOf(clusterPlans({ b: 1, a: 1 }), registry);
  assert.deepEqual(draining(), [true, false]);
  // Each call says it all: who is not named is taken back.
  registry.drain(new Set(["b"]));
  assert.deepEqual(draining(), [false, true]);
  registry.drain(new Set());
  assert.deepEqual(draining(), [false, false]);
  assert.equal(registry.isDrained("a"), false);
});

Deno.test("drain: a cluster undrained while no policy names it comes back undrained", () => {
  const registry = new HealthRegistry();
  upstreamsOf(clusterPlans({ a: 1 }), registry);
  registry.drain(new Set(["a"]));
  upstreamsOf(clusterPlans({ b: 1 }), registry);
  registry.drain(new Set());
  upstreamsOf(clusterPlans({ a: 1 }), registry);
  assert.equal(registry.cluster("a")!.vitals.draining, false);
});

Deno.test("drain: epochs move for who changes, and only then", () => {
  const world = worldOf({ a: 1, b: 1 });
  const [all, a, b] = epochsOf(world) as [number, number, number];
  world.registry.drain(new Set());
  assert.deepEqual(epochsOf(world), [all, a, b]);
  world.registry.drain(new Set(["a"]));
  assert.deepEqual(epochsOf(world), [all + 1, a + 1, b]);
  world.registry.drain(new Set(["a", "nobody"]));
  assert.deepEqual(epochsOf(world), [all + 1, a + 1, b]);
  world.registry.drain(new Set(["b"]));
  assert.deepEqual(epochsOf(world), [all + 3, a + 2, b + 1]);
});

Deno.test("drain: nobody of a drained cluster is in any level, and all are back after it", () => {
  const world = worldOf({ a: { endpoints: [{}, {}, { priority: 1 }] } });
  world.eject(0, "a/0");
  const seen = (): unknown =>
    world.upstreams.cluster(0).levels.map(({ healthy, degraded, all, excluded }) => [
      healthy.endpoints.length,
      degraded.endpoints.length,
      all.endpoints.length,
      excluded,
    ]);
  const before = seen();
  assert.deepEqual(before, [[1, 0, 2, 0], [1, 0, 1, 0]]);
  world.registry.drain(new Set(["a"]));
  assert.deepEqual(seen(), [[0, 0, 0, 0], [0, 0, 0, 0]]);
  const { picker } = world.upstreams.cluster(0).levels[0]!.all;
  assert.deepEqual([picker.next(), picker.forKey(7), picker.shares()], [-1, -1, []]);
  world.registry.drain(new Set());
  assert.deepEqual(seen(), before);
});

interface Row {
  readonly name: string;
  readonly outlier?: Partial<OutlierPlan> | null;
  /** Ejected here before, at 0: until 30,000. */
  readonly own?: readonly number[];
  /** Then heard from the fleet: `endpoint until`. */
  readonly heard: readonly (readonly [at: number, untilMs: number])[];
  /** Of four endpoints, until when each is ejected. */
  readonly want: readonly number[];
}
const rows: readonly Row[] = [
  { name: "one", heard: [[1, 20_000]], want: [0, 20_000, 0, 0] },
  { name: "a longer one counts", heard: [[1, 20_000], [1, 21_000]], want: [0, 21_000, 0, 0] },
  { name: "a shorter one does not", heard: [[1, 20_000], [1, 19_000]], want: [0, 20_000, 0, 0] },
  { name: "one that lengthens its own", own: [0], heard: [[0, 40_000]], want: [40_000, 0, 0, 0] },
  { name: "one shorter than its own", own: [0], heard: [[0, 20_000]], want: [30_000, 0, 0, 0] },
  {
    name: "as many as the cap allows",
    outlier: { maxEjectionPercent: 50 },
    heard: [[0, 20_000], [1, 20_000], [2, 20_000]],
    want: [20_000, 20_000, 0, 0],
  },
  {
    name: "its own count for the cap",
    outlier: { maxEjectionPercent: 50 },
    own: [3],
    heard: [[0, 20_000], [1, 20_000]],
    want: [20_000, 0, 0, 30_000],
  },
  {
    name: "what is ejected already may be lengthened at the cap",
    outlier: { maxEjectionPercent: 25 },
    own: [3],
    heard: [[3, 50_000], [0, 50_000]],
    want: [0, 0, 0, 50_000],
  },
  { name: "a cap of 0", outlier: { maxEjectionPercent: 0 }, heard: [[0, 9]], want: [0, 0, 0, 0] },
  { name: "outlier detection is off", outlier: null, heard: [[0, 20_000]], want: [0, 0, 0, 0] },
  { name: "an endpoint that is not known", heard: [[9, 20_000]], want: [0, 0, 0, 0] },
];
for (const { name, outlier = {}, own = [], heard, want } of rows) {
  Deno.test(`ejections of the fleet: ${name}`, () => {
    const plan = outlier === null ? null : { ...defaultOutlier, ...outlier };
    const world = worldOf({ a: { endpoints: 4, outlier: plan }, b: 1 });
    world.eject(0, ...own.map((at) => `a/${at}`));
    for (const [at, untilMs] of heard) {
      world.registry.ejectShared(world.clusters[0]!, originOf(at), untilMs, 0);
    }
    const untils = want.map((_, at) => recordOf(world, at).outlier.ejectedUntilMs);
    assert.deepEqual(untils, want);
    const ejected = (): boolean[] => want.map((_, at) => isEjected(recordOf(world, at)));
    // Each comes back in its time, and no look in between misses one.
    for (const now of new Set(want.toSorted((x, y) => x - y))) {
      world.registry.settle(now - 1);
      assert.deepEqual(ejected(), want.map((until) => until > 0 && until >= now));
      world.registry.settle(now);
      assert.deepEqual(ejected(), want.map((until) => until > now));
    }
    // They are no news: only this isolate's own are told.
    assert.deepEqual(world.registry.takeEjections().map(({ origin }) => origin), own.map(originOf));
  });
}

Deno.test("ejections of the fleet: a cluster that is not known", () => {
  const world = worldOf({ a: 1, b: 1 });
  const before = epochsOf(world);
  world.registry.ejectShared({ ...world.clusters[0]!, name: "gone" }, originOf(0), 20_000, 0);
  assert.deepEqual(epochsOf(world), before);
});

Deno.test("ejections of the fleet do not lengthen this isolate's next own one", () => {
  const world = worldOf({ a: 1, b: 1 });
  world.registry.ejectShared(world.clusters[0]!, originOf(0), 20_000, 0);
  world.registry.settle(20_000);
  world.eject(20_000, "a/0");
  assert.equal(recordOf(world, 0).outlier.ejectedUntilMs, 50_000);
});

Deno.test("ejections are told once, with their end, in the order they were made", () => {
  const world = worldOf({ a: 2, b: 1 });
  assert.deepEqual(world.registry.takeEjections(), []);
  world.eject(0, "a/1", "b");
  world.eject(100, "a/0");
  world.eject(200, "a/0");
  assert.deepEqual(world.registry.takeEjections(), [
    { cluster: "a", origin: "http://a-1.test", untilMs: 30_000 },
    { cluster: "b", origin: "http://b-0.test", untilMs: 30_000 },
    { cluster: "a", origin: "http://a-0.test", untilMs: 30_100 },
  ]);
  assert.deepEqual(world.registry.takeEjections(), []);
  world.registry.settle(30_000);
  world.eject(30_000, "b");
  assert.deepEqual(world.registry.takeEjections(), [
    { cluster: "b", origin: "http://b-0.test", untilMs: 90_000 },
  ]);
});

Deno.test("busy is who has had requests since the last look, however they went", () => {
  const world = worldOf({ a: { endpoints: 1, outlier: null }, b: 1, c: 1 });
  const report = (cluster: number, outcome: "success" | "no-answer"): void =>
    world.registry.report(
      world.clusters[cluster]!,
      world.upstreams.cluster(cluster).endpoints[0]!.record,
      outcome,
      0,
    );
  assert.deepEqual(world.registry.takeBusy(), []);
  report(2, "no-answer");
  report(0, "success");
  report(0, "success");
  assert.deepEqual(world.registry.takeBusy(), ["a", "c"]);
  assert.deepEqual(world.registry.takeBusy(), []);
  report(1, "success");
  // A push in between takes nothing from it; who is gone is not busy.
  upstreamsOf(clusterPlans({ b: 2 }), world.registry);
  report(0, "success");
  assert.deepEqual(world.registry.takeBusy(), ["b"]);
});

Deno.test("an ejection that another member made is no longer than this policy's longest", () => {
  const world = worldOf({ a: 2 });
  const [cluster] = world.clusters;
  const origin = cluster!.endpoints[0]!.origin;
  world.registry.ejectShared(cluster!, origin, 10_000_000, 1_000);
  const { outlier } = world.registry.cluster("a")!.endpoints.get(origin)!;
  assert.equal(outlier.ejectedUntilMs, 1_000 + cluster!.outlier!.maxEjectionMs);
});

const latencyRows = [
  { name: "an answer", tries: [["success", 40]], want: 40 },
  { name: "a failure after it, slower", tries: [["success", 40], ["server-error", 90]], want: 90 },
  { name: "a failure after it, faster", tries: [["success", 40], ["server-error", 1]], want: 40 },
  { name: "no answer after it", tries: [["success", 40], ["no-answer", null]], want: 40 },
  { name: "nothing but a quick failure", tries: [["server-error", 1]], want: 1_000 },
  { name: "nothing but no answer", tries: [["no-answer", null]], want: 1_000 },
  { name: "nothing but a slow failure", tries: [["gateway-error", 3_000]], want: 3_000 },
] as const;
for (const { name, tries, want } of latencyRows) {
  Deno.test(`a cluster's latency: ${name}`, () => {
    const world = worldOf({ a: 1 });
    const { record } = world.upstreams.cluster(0).endpoints[0]!;
    for (const [outcome, tookMs] of tries) {
      world.registry.report(world.clusters[0]!, record, outcome, 5_000, tookMs);
    }
    assert.equal(record.vitals.latency!.averageMs, want);
  });
}

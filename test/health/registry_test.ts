import assert from "node:assert/strict";
import type { ClusterPlan, EndpointPlan } from "../../src/plan/plan.ts";
import type { Outcome } from "../../src/health/outlier.ts";
import { type ClusterRecord, type EndpointRecord, isEjected } from "../../src/health/records.ts";
import { HealthRegistry } from "../../src/health/registry.ts";
import { clusterPlan, defaultOutlier } from "../support/plans.ts";

const isAvailable = (endpoint: EndpointRecord): boolean => !isEjected(endpoint);

const originOf = (cluster: ClusterPlan, at: number): string => cluster.endpoints[at]!.origin;
const recordOf = (record: ClusterRecord, cluster: ClusterPlan, at: number): EndpointRecord =>
  record.endpoints.get(originOf(cluster, at))!;

interface Setup {
  readonly registry: HealthRegistry;
  readonly cluster: ClusterPlan;
  readonly record: ClusterRecord;
  /** Reports as many failures as eject endpoint `at`, if anything can. */
  fail(at: number, nowMs: number): void;
  /** One letter each: `x` ejected, `.` in service. */
  state(): string;
}

function setUp(endpoints: number, outlier: Partial<ClusterPlan["outlier"]> | null = {}): Setup {
  const registry = new HealthRegistry();
  const cluster = clusterPlan("dc", {
    endpoints,
    outlier: outlier === null ? null : { ...defaultOutlier, consecutive5xx: 3, ...outlier },
  });
  const record = registry.adopt(cluster, 0);
  const fail = (at: number, nowMs: number): void => {
    for (let i = 0; i < 3; i++) {
      registry.report(cluster, recordOf(record, cluster, at), "no-answer", nowMs);
    }
  };
  const state = (): string =>
    [...record.endpoints.values()].map((one) => isAvailable(one) ? "." : "x").join("");
  return { registry, cluster, record, fail, state };
}

Deno.test("registry: enough failures in a row eject, and time brings back", () => {
  const { registry, cluster, record, fail, state } = setUp(3);
  const report = (outcome: Outcome): void =>
    registry.report(cluster, recordOf(record, cluster, 1), outcome, 1000);
  for (const outcome of ["no-answer", "gateway-error", "success", "no-answer"] as const) {
    report(outcome);
  }
  report("server-error");
  assert.equal(state(), "...");
  report("gateway-error");
  assert.equal(state(), ".x.");
  fail(2, 11_000);
  assert.equal(state(), ".xx");
  registry.settle(30_999);
  assert.equal(state(), ".xx");
  registry.settle(31_000);
  assert.equal(state(), "..x");
  registry.settle(40_999);
  assert.equal(state(), "..x");
  registry.settle(41_000);
  assert.equal(state(), "...");
});

Deno.test("registry: one look brings back all that are due, whatever their order", () => {
  const { registry, fail, state } = setUp(3);
  fail(2, 0);
  fail(0, 5_000);
  fail(1, 90_000);
  assert.equal(state(), "xxx");
  registry.settle(100_000);
  assert.equal(state(), ".x.");
  registry.settle(120_000);
  assert.equal(state(), "...");
});

Deno.test("registry: an ejection that ends before an earlier one is not overlooked", () => {
  const { registry, fail, state } = setUp(2);
  fail(0, 0);
  registry.settle(30_000);
  fail(0, 30_000);
  fail(1, 31_000);
  assert.equal(state(), "xx");
  registry.settle(61_000);
  assert.equal(state(), "x.");
  registry.settle(90_000);
  assert.equal(state(), "..");
});

Deno.test("registry: failures while ejected neither lengthen nor repeat the ejection", () => {
  const { registry, record, cluster, fail, state } = setUp(2);
  fail(0, 0);
  const { epoch } = registry;
  fail(0, 10_000);
  fail(0, 20_000);
  assert.equal(registry.epoch, epoch);
  assert.equal(recordOf(record, cluster, 0).outlier.ejections, 1);
  registry.settle(30_000);
  assert.equal(state(), "..");
});

const capRows = [
  { percent: 100, want: "xxxx" },
  { percent: 75, want: "xxx." },
  { percent: 50, want: "xx.." },
  { percent: 49, want: "x..." },
  { percent: 10, want: "...." },
  { percent: 0, want: "...." },
];
for (const { percent, want } of capRows) {
  Deno.test(`registry: at most ${percent} % of a cluster is ejected at once`, () => {
    const { registry, fail, state } = setUp(4, { maxEjectionPercent: percent });
    for (let at = 0; at < 4; at++) fail(at, 0);
    assert.equal(state(), want);
    // Who came back makes room for another.
    registry.settle(30_000);
    assert.equal(state(), "....");
    fail(3, 30_000);
    assert.equal(state(), percent >= 25 ? "...x" : "....");
  });
}

Deno.test("registry: the cap counts one cluster only", () => {
  const { registry, cluster, fail, state } = setUp(2, { maxEjectionPercent: 50 });
  const other = clusterPlan("other", { endpoints: 2, outlier: cluster.outlier });
  const record = registry.adopt(other, 0);
  for (let i = 0; i < 3; i++) {
    registry.report(other, recordOf(record, other, 0), "no-answer", 0);
  }
  assert.equal(isAvailable(recordOf(record, other, 0)), false);
  fail(0, 0);
  assert.equal(state(), "x.");
});

Deno.test("registry: nothing is ejected where outlier detection is off", () => {
  const { registry, fail, state } = setUp(2, null);
  const { epoch } = registry;
  for (let i = 0; i < 10; i++) fail(0, 0);
  assert.equal(state(), "..");
  assert.equal(registry.epoch, epoch);
});

Deno.test("registry: epochs move when availability does, and only then", () => {
  const { registry, cluster, record, fail } = setUp(2);
  const other = registry.adopt({ name: "other", endpoints: [] }, 0);
  const epochs = (): number[] => [registry.epoch, record.epoch, other.epoch];
  const [all, own, others] = epochs() as [number, number, number];
  registry.report(cluster, recordOf(record, cluster, 0), "no-answer", 0);
  registry.report(cluster, recordOf(record, cluster, 0), "success", 0);
  registry.settle(1_000_000);
  assert.deepEqual(epochs(), [all, own, others]);
  fail(0, 0);
  assert.deepEqual(epochs(), [all + 1, own + 1, others]);
  registry.settle(29_999);
  assert.deepEqual(epochs(), [all + 1, own + 1, others]);
  registry.settle(30_000);
  assert.deepEqual(epochs(), [all + 2, own + 2, others]);
  registry.settle(60_000);
  assert.deepEqual(epochs(), [all + 2, own + 2, others]);
});

const endpointsOf = (...hosts: string[]): EndpointPlan[] =>
  clusterPlan("dc", { endpoints: hosts.map((host) => ({ origin: `http://${host}.test` })) })
    .endpoints as EndpointPlan[];

Deno.test("registry: endpoints that a new policy still names keep their history", () => {
  const { registry, cluster, record, fail } = setUp(2);
  fail(0, 0);
  recordOf(record, cluster, 1).active = 7;
  const { epoch } = registry;
  // Another order, one more, and the next ejection counts from where the first one was.
  const next = registry.adopt({ name: "dc", endpoints: endpointsOf("dc-1", "new", "dc-0") }, 0);
  assert.deepEqual([...next.endpoints.keys()], [
    "http://dc-1.test",
    "http://new.test",
    "http://dc-0.test",
  ]);
  assert.ok(registry.epoch > epoch && next.epoch > record.epoch);
  const [one, fresh, zero] = [...next.endpoints.values()] as EndpointRecord[];
  assert.equal(zero, recordOf(record, cluster, 0));
  assert.equal(one!.active, 7);
  assert.equal(fresh!.active, 0);
  assert.deepEqual([zero, fresh, one].map((record) => isAvailable(record!)), [false, true, true]);

  const before = next.epoch;
  registry.settle(30_000);
  assert.ok(isAvailable(zero!));
  assert.equal(next.epoch, before + 1, "the return is told to the policy in force");
  for (let i = 0; i < 3; i++) registry.report(cluster, zero!, "no-answer", 30_000);
  assert.equal(zero!.outlier.ejectedUntilMs, 90_000);
});

Deno.test("registry: the same endpoint in two clusters has two histories", () => {
  const { registry, cluster, fail, state } = setUp(1);
  const twin = registry.adopt({ name: "twin", endpoints: cluster.endpoints }, 0);
  fail(0, 0);
  assert.equal(state(), "x");
  assert.ok(isAvailable(recordOf(twin, cluster, 0)));
});

Deno.test("registry: a cluster that left and came back starts anew", () => {
  const { registry, cluster, fail } = setUp(1);
  fail(0, 0);
  registry.retain(new Set(["other"]));
  const again = registry.adopt({ name: "dc", endpoints: cluster.endpoints }, 0);
  assert.ok(isAvailable(recordOf(again, cluster, 0)));
  const epochs = [registry.epoch, again.epoch];
  registry.settle(30_000);
  assert.deepEqual([registry.epoch, again.epoch], epochs);
});

Deno.test("registry: retain keeps what is named", () => {
  const { registry, cluster, record, fail, state } = setUp(1);
  registry.retain(new Set(["dc", "other"]));
  fail(0, 0);
  assert.equal(state(), "x");
  assert.equal(
    registry.adopt({ name: "dc", endpoints: cluster.endpoints }, 0).endpoints.get(
      originOf(cluster, 0),
    ),
    [
      ...record.endpoints.values(),
    ][0],
  );
});

Deno.test("registry: a report on a cluster that is gone changes nothing", () => {
  const { registry, cluster, fail, state } = setUp(1);
  registry.retain(new Set());
  const { epoch } = registry;
  fail(0, 0);
  assert.equal(state(), ".");
  assert.equal(registry.epoch, epoch);
  // And leaves no trace for a cluster of the same name.
  assert.ok(
    isAvailable(
      [...registry.adopt({ name: "dc", endpoints: cluster.endpoints }, 0).endpoints.values()][0]!,
    ),
  );
});

Deno.test("registry: a late report on an endpoint that the policy dropped leaves the others alone", () => {
  const { registry, cluster, record } = setUp(2, { maxEjectionPercent: 50 });
  const dropped = recordOf(record, cluster, 0);
  const next = registry.adopt({ name: "dc", endpoints: endpointsOf("dc-1", "dc-2") }, 0);
  const { epoch } = next;
  const reportAll = (endpoint: EndpointRecord): void => {
    for (let i = 0; i < 3; i++) registry.report(cluster, endpoint, "no-answer", 0);
  };
  reportAll(dropped);
  assert.equal(next.epoch, epoch);
  const [one] = [...next.endpoints.values()];
  reportAll(one!);
  assert.ok(!isAvailable(one!));
});

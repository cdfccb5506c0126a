import assert from "node:assert/strict";
import { CapacityGates } from "../../src/capacity/gates.ts";
import { Checker } from "../../src/check/checker.ts";
import { type FleetEvent, FleetMember } from "../../src/fleet/member.ts";
import type { FleetStore, MemberStatus } from "../../src/fleet/port.ts";
import { HealthRegistry } from "../../src/health/registry.ts";
import { checkPlan } from "../check/fixture.ts";
import { clusterPlans, planOf } from "../support/plans.ts";
import { FakeFleetStore, heardOf, stateOf, statusOf } from "./fakes.ts";

const START = 1_000_000;

class Isolate {
  nowMs = START;
  status = statusOf();
  readonly log: FleetEvent[] = [];
  readonly registry = new HealthRegistry();
  readonly plan = planOf(
    clusterPlans({ dc: { endpoints: 2, healthCheck: checkPlan(), capacity: 10 } }),
  );
  readonly member: FleetMember;
  readonly checker: Checker;
  readonly gates = new CapacityGates("m");

  constructor(store: FleetStore | null) {
    this.checker = new Checker({
      send: () => Promise.resolve({ status: 200, header: () => null }),
      now: () => this.nowMs,
      random: () => 0,
      secret: () => null,
      onVerdict: (cluster, origin, verdict) =>
        this.registry.setVerdict(cluster, origin, verdict, this.nowMs),
    });
    this.checker.adopt(this.plan);
    this.gates.adopt(this.plan);
    this.registry.adopt(this.plan.clusters[0]!, this.nowMs);
    this.member = new FleetMember({
      store,
      registry: this.registry,
      plan: () => this.plan,
      checker: this.checker,
      gates: this.gates,
      intervalMs: 500,
      status: () => this.status,
      statusMs: 30_000,
      now: () => this.nowMs,
      log: (event) => this.log.push(event),
    });
  }

  /** Five requests in a row to the first endpoint that find no one there. */
  fail(): void {
    const dc = this.plan.clusters[0]!;
    const endpoint = this.registry.cluster("dc")!.endpoints.get("http://dc-0.test")!;
    for (let i = 0; i < 5; i++) this.registry.report(dc, endpoint, "no-answer", this.nowMs);
  }

  sayOut(): void {
    const endpoint = this.registry.cluster("dc")!.endpoints.get("http://dc-1.test")!;
    this.registry.takeOut("dc", endpoint, this.nowMs);
  }

  get isDrained(): boolean {
    return this.registry.isDrained("dc");
  }
}

Deno.test("fleet member: is due at first, then once an interval", async () => {
  const isolate = new Isolate(new FakeFleetStore());
  assert.equal(isolate.member.due(START), true);
  await isolate.member.sync();
  assert.equal(isolate.member.due(START + 499), false);
  assert.equal(isolate.member.due(START + 500), true);
});

Deno.test("fleet member: tells what was found here, once, and its own checks too", async () => {
  const store = new FakeFleetStore();
  const isolate = new Isolate(store);
  await isolate.checker.runAll();
  assert.equal(isolate.checker.nextDueMs(), START + 60_000);
  isolate.fail();
  isolate.sayOut();
  await isolate.member.sync();
  await isolate.member.sync();
  const [first, second] = store.reports;
  assert.deepEqual(first, {
    ejections: [{ cluster: "dc", origin: "http://dc-0.test", untilMs: START + 30_000 }],
    busy: ["dc"],
    takenOut: [{ cluster: "dc", origin: "http://dc-1.test" }],
    status: statusOf(),
  });
  assert.deepEqual(second, { ejections: [], busy: [], takenOut: [], status: null });
  assert.equal(isolate.checker.verdictOf("dc", "http://dc-1.test"), "excluded");
  assert.equal(isolate.checker.nextDueMs(), START + 10_000);
});

Deno.test("fleet member: what the store did not take is told again", async () => {
  const store = new FakeFleetStore();
  const isolate = new Isolate(store);
  isolate.fail();
  store.failure = "gone";
  await isolate.member.sync();
  isolate.sayOut();
  store.failure = null;
  await isolate.member.sync();
  const { ejections, takenOut } = store.reports[0]!;
  assert.deepEqual([ejections.length, takenOut.length], [1, 1]);
});

Deno.test("fleet member: logs a failure when it begins and when it ends", async () => {
  const store = new FakeFleetStore();
  const isolate = new Isolate(store);
  for (const failure of ["a", "b", null, null, "c"]) {
    store.failure = failure;
    await isolate.member.sync();
  }
  assert.deepEqual(isolate.log, [
    { event: "fleet_unreachable", failure: "a" },
    { event: "fleet_recovered" },
    { event: "fleet_unreachable", failure: "c" },
  ]);
});

Deno.test("fleet member: a store that rejects has failed", async () => {
  const rejects = (): Promise<never> => Promise.reject(new Error("broken"));
  const isolate = new Isolate({ sync: rejects, drain: rejects, lease: rejects, members: rejects });
  await isolate.member.sync();
  await isolate.member.lease();
  assert.deepEqual(isolate.log, [{ event: "fleet_unreachable", failure: "broken" }]);
  assert.deepEqual(await isolate.member.drain("dc", true), { failure: "broken" });
  assert.deepEqual(await isolate.member.members(), { failure: "broken" });
  assert.equal(isolate.isDrained, false);
});

Deno.test("fleet member: follows the state, and says which one it knows", async () => {
  const store = new FakeFleetStore();
  const isolate = new Isolate(store);
  await isolate.member.sync();
  store.state = stateOf({ version: "2", drained: ["dc"] });
  await isolate.member.sync();
  assert.equal(isolate.isDrained, true);
  await isolate.member.sync();
  assert.equal(isolate.isDrained, true);
  assert.deepEqual(store.known, [null, "1", "2"]);
});

Deno.test("fleet member: a drain holds at once, and what others drained stays", async () => {
  const store = new FakeFleetStore();
  store.state = stateOf({ drained: ["aws"] });
  const isolate = new Isolate(store);
  await isolate.member.sync();
  assert.equal(await isolate.member.drain("dc", true), null);
  assert.deepEqual([isolate.isDrained, isolate.registry.isDrained("aws")], [true, true]);
  assert.deepEqual(store.state.drained, ["aws", "dc"]);
  await isolate.member.sync();
  assert.deepEqual(store.known, [null, null]);
  assert.equal(isolate.isDrained, true);
  assert.equal(await isolate.member.drain("dc", false), null);
  assert.deepEqual([isolate.isDrained, isolate.registry.isDrained("aws")], [false, true]);
});

Deno.test("fleet member: a drain that the store does not have does not hold", async () => {
  const store = new FakeFleetStore();
  const isolate = new Isolate(store);
  store.failure = "gone";
  assert.deepEqual(await isolate.member.drain("dc", true), { failure: "gone" });
  assert.equal(isolate.isDrained, false);
});

Deno.test("fleet member: a sync that a drain has overtaken does not undo it", async () => {
  const store = new FakeFleetStore();
  const isolate = new Isolate(store);
  const { promise, resolve } = Promise.withResolvers<void>();
  store.gate = promise;
  const slow = isolate.member.sync();
  await isolate.member.drain("dc", true);
  resolve();
  await slow;
  assert.equal(isolate.isDrained, true);
  await isolate.member.sync();
  assert.equal(isolate.isDrained, true);
  assert.deepEqual(store.known, [null, null]);
});

Deno.test("fleet member: of two syncs the one that began later holds", async () => {
  const store = new FakeFleetStore();
  const isolate = new Isolate(store);
  const { promise, resolve } = Promise.withResolvers<void>();
  store.gate = promise;
  const slow = isolate.member.sync();
  store.gate = Promise.resolve();
  store.state = stateOf({ version: "2", drained: ["dc"] });
  await isolate.member.sync();
  resolve();
  await slow;
  assert.equal(isolate.isDrained, true);
});

Deno.test("fleet member: alone, a drain holds here and nothing fails", async () => {
  const isolate = new Isolate(null);
  await isolate.checker.runAll();
  isolate.sayOut();
  await isolate.member.sync();
  assert.equal(isolate.checker.verdictOf("dc", "http://dc-1.test"), "excluded");
  assert.equal(await isolate.member.drain("dc", true), null);
  assert.equal(isolate.isDrained, true);
  await isolate.member.sync();
  assert.equal(isolate.isDrained, true);
  assert.equal(await isolate.member.drain("dc", false), null);
  assert.equal(isolate.isDrained, false);
  assert.deepEqual(isolate.log, []);
});

/** Whether so many requests to `dc`, whose capacity is 10 per second, pass at once. */
const admits = ({ gates, nowMs }: Isolate, requests: number): boolean => {
  for (let i = 0; i < requests; i++) if (!gates.admit("dc", nowMs)) return false;
  return true;
};

Deno.test("fleet member: leases what the gates ask for", async () => {
  const store = new FakeFleetStore();
  const isolate = new Isolate(store);
  assert.equal(isolate.member.leaseDue(isolate.nowMs), true);
  store.grant = (ask) => ({
    cluster: ask.cluster,
    sequence: ask.sequence,
    tokens: 5,
    forMs: 2_000,
    allowance: { requests: 1, everyMs: 1_000_000 },
    askInMs: 100,
    members: 2,
  });
  await isolate.member.lease();
  assert.equal(store.asks.length, 1);
  const { cluster, ratePerSecond, member } = store.asks[0]![0]!;
  assert.deepEqual([cluster, ratePerSecond, member], ["dc", 10, "m"]);
  assert.equal(isolate.member.leaseDue(isolate.nowMs), false);
  assert.equal(admits(isolate, 5), true);
});

Deno.test("fleet member: of a store that can't be reached nothing is granted, and it asks again later", async () => {
  const isolate = new Isolate(Object.assign(new FakeFleetStore(), { failure: "gone" }));
  await isolate.member.lease();
  assert.equal(admits(isolate, 5), false);
  assert.equal(isolate.member.leaseDue(isolate.nowMs), false);
  // Far sooner than an ask counts as lost.
  assert.equal(isolate.member.leaseDue(isolate.nowMs + 500), true);
  assert.deepEqual(isolate.log, []);
});

Deno.test("fleet member: without a store it is a fleet of one, with all of a capacity", async () => {
  const isolate = new Isolate(null);
  let passed = 0;
  for (let second = 0; second < 10; second++) {
    for (let i = 0; i < 20; i++) {
      isolate.nowMs += 50;
      if (isolate.member.leaseDue(isolate.nowMs)) await isolate.member.lease();
      if (isolate.gates.admit("dc", isolate.nowMs)) passed++;
    }
  }
  // 20 a second want to go where 10 may; over 10 s that is 100, and 115 at the most.
  assert.ok(passed >= 90 && passed <= 115, `${passed}`);
});

/** The statuses that the store was told of, one for each sync. */
const told = ({ reports }: FakeFleetStore): readonly (MemberStatus | null)[] =>
  reports.map(({ status }) => status);

Deno.test("fleet member: tells how it is when that changes, and every so often", async () => {
  const store = new FakeFleetStore();
  const isolate = new Isolate(store);
  await isolate.member.sync();
  isolate.nowMs += 29_999;
  await isolate.member.sync();
  isolate.nowMs += 1;
  await isolate.member.sync();
  isolate.status = statusOf({ revision: "r2" });
  await isolate.member.sync();
  await isolate.member.sync();
  assert.deepEqual(told(store), [statusOf(), null, statusOf(), isolate.status, null]);
});

Deno.test("fleet member: a status that the store did not take is told with the next sync", async () => {
  const store = new FakeFleetStore();
  const isolate = new Isolate(store);
  store.failure = "gone";
  await isolate.member.sync();
  store.failure = null;
  await isolate.member.sync();
  assert.deepEqual(told(store), [statusOf()]);
});

Deno.test("fleet member: among the members it counts once, with what it says now", async () => {
  const store = new FakeFleetStore();
  const isolate = new Isolate(store);
  store.heard = [
    heardOf({ id: "m2", group: "us/iad" }),
    heardOf({ revision: "long ago" }),
    heardOf({ id: "m0" }),
  ];
  isolate.status = statusOf({ revision: "r2" });
  const seenAt = new Date(START).toISOString();
  assert.deepEqual(await isolate.member.members(), [
    heardOf({ id: "m0" }),
    { ...isolate.status, seenAt },
    heardOf({ id: "m2", group: "us/iad" }),
  ]);
});

Deno.test("fleet member: alone it is the only member", async () => {
  const isolate = new Isolate(null);
  const own = { ...statusOf(), seenAt: new Date(START).toISOString() };
  assert.deepEqual(await isolate.member.members(), [own]);
  assert.deepEqual(isolate.member.ownStatus, own);
});

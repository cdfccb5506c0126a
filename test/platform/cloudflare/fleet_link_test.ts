import assert from "node:assert/strict";
import { CapacityGates } from "../../../src/capacity/gates.ts";
import { FleetMember } from "../../../src/fleet/member.ts";
import type { FleetReport } from "../../../src/fleet/port.ts";
import { HealthRegistry } from "../../../src/health/registry.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { FleetLink } from "../../../src/platform/cloudflare/fleet_link.ts";
import type { DurableFleetStore } from "../../../src/platform/cloudflare/fleet_store.ts";
import { clusterPlans, plainHealthCheck, planOf, upstreamsOf } from "../../support/plans.ts";
import { settle } from "../../support/timers.ts";
import { statusOf } from "../../fleet/fakes.ts";

/** Counts what is asked of the fleet; a watch goes on until a test ends it. */
class Isolate {
  nowMs = 1_000_000;
  plan: Plan | null = null;
  syncs = 0;
  leases = 0;
  readonly watches: { readonly onChange: () => void; readonly end: () => void }[] = [];
  readonly gates = new CapacityGates("m");
  readonly registry = new HealthRegistry();
  readonly link: FleetLink;
  /** What runs behind responses, so far. */
  readonly behind: Promise<unknown>[] = [];

  constructor(isAlone = false) {
    const store = {
      sync: (_report: FleetReport): Promise<"unchanged"> => {
        this.syncs++;
        return Promise.resolve("unchanged");
      },
      drain: () => Promise.resolve(null),
      members: () => Promise.resolve([]),
      lease: () => {
        this.leases++;
        return Promise.resolve([]);
      },
      watch: (onChange: () => void): Promise<void> =>
        new Promise((end) => this.watches.push({ onChange, end })),
    };
    const member = new FleetMember({
      store: isAlone ? null : store,
      registry: this.registry,
      plan: () => this.plan,
      checker: null,
      gates: this.gates,
      intervalMs: 1_000,
      status: () => statusOf(),
      statusMs: Infinity,
      now: () => this.nowMs,
      log: () => {},
    });
    this.link = new FleetLink({
      member,
      store: isAlone ? null : store as unknown as DurableFleetStore,
      plan: () => this.plan,
      now: () => this.nowMs,
    });
  }

  request(): void {
    this.link.behind({ waitUntil: (work) => void this.behind.push(work) });
  }
}

Deno.test("fleet link: a request syncs when it is time, and at once when the policy is another", () => {
  const isolate = new Isolate();
  isolate.request();
  isolate.request();
  assert.equal(isolate.syncs, 1);
  isolate.plan = planOf(clusterPlans({ dc: 1 }));
  isolate.request();
  isolate.request();
  assert.equal(isolate.syncs, 2);
  isolate.nowMs += 1_000;
  isolate.request();
  assert.equal(isolate.syncs, 3);
});

Deno.test("fleet link: one watch in ten seconds, however many requests; its news is followed", () => {
  const isolate = new Isolate();
  for (let second = 0; second < 20; second++) {
    for (let i = 0; i < 3; i++) isolate.request();
    isolate.nowMs += 1_000;
  }
  assert.equal(isolate.watches.length, 2);
  const before = isolate.syncs;
  isolate.watches[0]!.onChange();
  assert.equal(isolate.syncs, before + 1);
});

Deno.test("fleet link: a watch that ended early is begun again after a second, not at once", async () => {
  const isolate = new Isolate();
  isolate.request();
  isolate.watches[0]!.end();
  await settle();
  isolate.request();
  assert.equal(isolate.watches.length, 1);
  isolate.nowMs += 1_000;
  isolate.request();
  assert.equal(isolate.watches.length, 2);
});

Deno.test("fleet link: parts of capacities are asked for while there are requests for them", () => {
  const isolate = new Isolate();
  isolate.request();
  assert.equal(isolate.leases, 0);
  isolate.plan = planOf(clusterPlans({ dc: { capacity: 10 } }));
  isolate.gates.adopt(isolate.plan);
  isolate.request();
  isolate.request();
  assert.equal(isolate.leases, 1);
});

Deno.test("fleet link: alone there is nobody to ask", () => {
  const isolate = new Isolate(true);
  isolate.plan = planOf(clusterPlans({ dc: { capacity: 10 } }));
  isolate.gates.adopt(isolate.plan);
  isolate.request();
  assert.deepEqual([isolate.syncs, isolate.leases, isolate.watches.length], [0, 0, 0]);
});

Deno.test("fleet link: what an answer has told goes to the fleet at once, behind that answer", () => {
  const isolate = new Isolate();
  const [cluster] = clusterPlans({ dc: { healthCheck: plainHealthCheck } });
  const upstreams = upstreamsOf([cluster!], isolate.registry);
  const context = { waitUntil: (work: Promise<unknown>) => void isolate.behind.push(work) };
  isolate.request();
  isolate.link.after(context);
  assert.equal(isolate.syncs, 1, "nothing to tell");
  isolate.registry.takeOut("dc", upstreams.cluster(0).endpoints[0]!.record, isolate.nowMs);
  isolate.link.after(context);
  assert.equal(isolate.syncs, 2);
});

import assert from "node:assert/strict";
import { Follower } from "../../src/fleet/follower.ts";
import type { FleetState, SharedEjection, SharedVerdict } from "../../src/fleet/port.ts";
import type { Verdict } from "../../src/health/active_check.ts";
import { isEjected, stateOf as endpointState } from "../../src/health/records.ts";
import { HealthRegistry } from "../../src/health/registry.ts";
import type { ClusterPlan } from "../../src/plan/plan.ts";
import { checkPlan } from "../check/fixture.ts";
import { clusterPlans, planOf } from "../support/plans.ts";
import { stateOf } from "./fakes.ts";

const NOW = 1_000_000;
const ORIGINS = [0, 1, 2, 3].map((i) => `http://dc-${i}.test`);

/** A registry with cluster `dc` of four endpoints, and one who carries the fleet's state into it. */
class Isolate {
  readonly registry = new HealthRegistry();
  readonly dc: ClusterPlan;
  readonly follower: Follower;
  own: Verdict = "unknown";
  nowMs = NOW;

  constructor({ adopted = true } = {}) {
    const clusters = clusterPlans({ dc: { endpoints: 4, healthCheck: checkPlan() } });
    this.dc = clusters[0]!;
    this.follower = new Follower({
      registry: this.registry,
      plan: () => planOf(clusters),
      ownVerdict: () => this.own,
    });
    if (adopted) this.adopt();
  }

  adopt(): void {
    this.registry.adopt(this.dc, this.nowMs);
  }

  apply(spec: Partial<FleetState>): void {
    this.follower.apply(stateOf(spec), this.nowMs);
  }

  /** What each endpoint is now. */
  get states(): string[] {
    this.registry.settle(this.nowMs);
    const record = this.registry.cluster("dc")!;
    return ORIGINS.map((origin) => endpointState(this.dc, record.endpoints.get(origin)!));
  }

  get ejected(): number[] {
    this.registry.settle(this.nowMs);
    const record = this.registry.cluster("dc")!;
    return ORIGINS.flatMap((origin, i) => isEjected(record.endpoints.get(origin)!) ? [i] : []);
  }

  /** Ejects an endpoint by what traffic reports. @returns what the registry tells of it */
  eject(index: number): readonly SharedEjection[] {
    const endpoint = this.registry.cluster("dc")!.endpoints.get(ORIGINS[index]!)!;
    for (let i = 0; i < 5; i++) this.registry.report(this.dc, endpoint, "no-answer", this.nowMs);
    return this.registry.takeEjections();
  }
}

const ejection = (index: number, forMs = 30_000): SharedEjection => ({
  cluster: "dc",
  origin: ORIGINS[index]!,
  untilMs: NOW + forMs,
});
const verdict = (index: number, verdict: Verdict): SharedVerdict => ({
  cluster: "dc",
  origin: ORIGINS[index]!,
  verdict,
});
const ALL_WELL = ["healthy", "healthy", "healthy", "healthy"];

Deno.test("follower: drained clusters are the state's, no more and no fewer", () => {
  const isolate = new Isolate();
  isolate.apply({ drained: ["dc", "unknown"] });
  assert.deepEqual(isolate.states, ORIGINS.map(() => "draining"));
  isolate.apply({ drained: ["unknown"] });
  assert.deepEqual(isolate.states, ALL_WELL);
});

Deno.test("follower: ejections hold until their time", () => {
  const isolate = new Isolate();
  isolate.apply({ ejections: [ejection(1), ejection(2, 10_000), ejection(3, -1)] });
  assert.deepEqual(isolate.ejected, [1, 2]);
  isolate.nowMs += 10_000;
  assert.deepEqual(isolate.ejected, [1]);
  isolate.nowMs += 20_000;
  assert.deepEqual(isolate.ejected, []);
});

Deno.test("follower: an ejection that is taken back before its time ends", () => {
  const isolate = new Isolate();
  isolate.apply({ ejections: [ejection(0), ejection(1)] });
  isolate.apply({ ejections: [ejection(1)] });
  assert.deepEqual(isolate.ejected, [1]);
});

Deno.test("follower: one that a check has ended here does not come back, a new one does", () => {
  const isolate = new Isolate();
  isolate.apply({ ejections: [ejection(0)] });
  isolate.registry.endEjection("dc", ORIGINS[0]!, NOW);
  isolate.apply({ ejections: [ejection(0)] });
  assert.deepEqual(isolate.ejected, []);
  isolate.apply({ ejections: [ejection(0, 60_000)] });
  assert.deepEqual(isolate.ejected, [0]);
});

Deno.test("follower: this isolate's own ejections stand, whatever the fleet has heard of them", () => {
  const isolate = new Isolate();
  const own = isolate.eject(0);
  assert.equal(own.length, 1);
  isolate.follower.made(own);
  isolate.apply({});
  assert.deepEqual(isolate.ejected, [0]);
  isolate.apply({ ejections: own });
  isolate.registry.endEjection("dc", ORIGINS[0]!, NOW);
  isolate.apply({ ejections: own });
  assert.deepEqual(isolate.ejected, []);
});

Deno.test("follower: an own ejection that the fleet knew and took back ends", () => {
  const isolate = new Isolate();
  const own = isolate.eject(0);
  isolate.follower.made(own);
  isolate.apply({ ejections: own });
  isolate.apply({});
  assert.deepEqual(isolate.ejected, []);
});

Deno.test("follower: verdicts, and what is no longer said", () => {
  const isolate = new Isolate();
  isolate.apply({
    verdicts: [verdict(0, "unhealthy"), verdict(1, "degraded"), verdict(2, "excluded")],
  });
  assert.deepEqual(isolate.states, ["unhealthy", "degraded", "excluded", "healthy"]);
  isolate.apply({ verdicts: [verdict(0, "healthy"), verdict(1, "degraded")] });
  assert.deepEqual(isolate.states, ["healthy", "degraded", "healthy", "healthy"]);
});

Deno.test("follower: own checks win over the fleet's word once there are any", () => {
  const isolate = new Isolate();
  isolate.apply({ verdicts: [verdict(0, "unhealthy")] });
  assert.equal(isolate.states[0], "unhealthy");
  isolate.own = "healthy";
  isolate.registry.setVerdict("dc", ORIGINS[0]!, "healthy", NOW);
  isolate.apply({ verdicts: [verdict(0, "unhealthy")] });
  assert.equal(isolate.states[0], "healthy");
  isolate.registry.setVerdict("dc", ORIGINS[0]!, "degraded", NOW);
  isolate.apply({ verdicts: [] });
  assert.equal(isolate.states[0], "degraded");
});

Deno.test("follower: what came before its endpoints were known holds once they are", () => {
  const isolate = new Isolate({ adopted: false });
  const state = { drained: [], ejections: [ejection(0)], verdicts: [verdict(1, "unhealthy")] };
  isolate.apply(state);
  isolate.adopt();
  assert.deepEqual(isolate.states, ALL_WELL);
  isolate.apply(state);
  assert.deepEqual(isolate.states, ["unhealthy", "unhealthy", "healthy", "healthy"]);
});

Deno.test("follower: an old good word does not bring back who took itself out here", () => {
  const isolate = new Isolate();
  const [cluster, origin] = ["dc", ORIGINS[1]!];
  const say = (verdict: Verdict): void =>
    isolate.apply({ verdicts: [{ cluster, origin, verdict }] });
  say("healthy");
  const endpoint = isolate.registry.cluster("dc")!.endpoints.get(origin)!;
  isolate.registry.takeOut("dc", endpoint, isolate.nowMs);
  isolate.follower.tookOut(isolate.registry.takeTakenOut(), isolate.nowMs);
  isolate.nowMs += 4_999;
  say("healthy");
  assert.equal(isolate.states[1], "excluded");
  // The fleet has heard of it: from here on its word counts.
  say("excluded");
  say("healthy");
  assert.equal(isolate.states[1], "healthy");
});

Deno.test("follower: a fleet that goes on saying well of who took itself out is believed in the end", () => {
  const isolate = new Isolate();
  const [cluster, origin] = ["dc", ORIGINS[1]!];
  const endpoint = isolate.registry.cluster("dc")!.endpoints.get(origin)!;
  isolate.registry.takeOut("dc", endpoint, isolate.nowMs);
  isolate.follower.tookOut(isolate.registry.takeTakenOut(), isolate.nowMs);
  isolate.nowMs += 5_000;
  isolate.apply({ verdicts: [{ cluster, origin, verdict: "healthy" }] });
  assert.equal(isolate.states[1], "healthy");
});

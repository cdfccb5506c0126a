import assert from "node:assert/strict";
import { CapacityGates } from "../../../src/capacity/gates.ts";
import type { SendCheck } from "../../../src/check/checker.ts";
import { HealthRegistry } from "../../../src/health/registry.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { type Background, startBackground } from "../../../src/platform/deno/background.ts";
import { DenoFleetStore } from "../../../src/platform/deno/fleet_store.ts";
import { KvConnection } from "../../../src/platform/deno/kv_connection.ts";
import { checkPlan } from "../../check/fixture.ts";
import { statusOf } from "../../fleet/fakes.ts";
import { clusterPlans, planOf } from "../../support/plans.ts";
import { memoryKv } from "./fakes.ts";

const ORIGIN = "http://dc-0.test";

/** Checks come as fast as they can, nothing else comes by itself. */
const planFor = (path: string): Plan =>
  planOf(clusterPlans({
    dc: {
      capacity: 100,
      healthCheck: checkPlan({
        path,
        intervalMs: 1,
        noTrafficIntervalMs: 1,
        unhealthyThreshold: 1,
      }),
    },
  }));

class Process {
  readonly registry = new HealthRegistry();
  readonly gates = new CapacityGates("m");
  readonly stop = new AbortController();
  readonly background: Background;
  plan: Plan;
  /** How often it has looked at who is drained. */
  looks = 0;
  send: SendCheck = () => Promise.resolve({ status: 200, header: () => null });
  readonly #waiting: { holds: () => boolean; resolve: () => void }[] = [];

  constructor(kv: Deno.Kv, syncMs = 1_000_000, plan = planFor("/one")) {
    this.plan = plan;
    const { setVerdict, drain } = this.registry;
    this.registry.setVerdict = (...args) => {
      setVerdict.apply(this.registry, args);
      this.#look();
    };
    this.registry.drain = (names) => {
      drain.call(this.registry, names);
      this.looks++;
      this.#look();
    };
    this.registry.adopt(this.plan.clusters[0]!, 0);
    this.gates.adopt(this.plan);
    this.background = startBackground({
      plan: () => this.plan,
      registry: this.registry,
      gates: this.gates,
      store: new DenoFleetStore(new KvConnection(() => Promise.resolve(kv)), () => Date.now()),
      status: () => statusOf(),
      syncMs,
      send: (target, headers) => this.send(target, headers),
      secret: () => null,
      log: () => {},
      signal: this.stop.signal,
    });
  }

  /** Resolves once `holds`, asked after each verdict and each look at who is drained. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ holds, resolve }));
  }

  #look(): void {
    for (const { holds, resolve } of this.#waiting) if (holds()) resolve();
  }

  verdict(): string {
    return this.registry.cluster("dc")!.endpoints.get(ORIGIN)!.verdict;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop.abort();
    await this.background.done;
  }
}

Deno.test("background: checks go on and on, and the registry hears what they find", () =>
  memoryKv(async (kv) => {
    await using process = new Process(kv);
    await process.until(() => process.verdict() === "healthy");
    process.send = () => Promise.resolve(null);
    await process.until(() => process.verdict() === "unhealthy");
    process.send = () => Promise.resolve({ status: 200, header: () => null });
    await process.until(() => process.verdict() === "healthy");
  }));

Deno.test("background: a new policy's checks take the old one's place", () =>
  memoryKv(async (kv) => {
    await using process = new Process(kv, 1);
    const asked = new Set<string>();
    process.send = ({ url }) => {
      asked.add(url);
      return Promise.resolve({ status: 200, header: () => null });
    };
    await process.until(() => asked.has(`${ORIGIN}/one`));
    process.plan = planFor("/two");
    await process.until(() => asked.has(`${ORIGIN}/two`));
    asked.clear();
    await process.until(() => asked.has(`${ORIGIN}/two`));
    assert.deepEqual([...asked], [`${ORIGIN}/two`]);
  }));

Deno.test("background: a policy that brings checks is heard of where there was nothing to check", () =>
  memoryKv(async (kv) => {
    await using process = new Process(kv, 1, planOf(clusterPlans({ dc: { healthCheck: null } })));
    await process.until(() => process.looks === 2);
    process.plan = planFor("/one");
    await process.until(() => process.verdict() === "healthy");
  }));

Deno.test("background: a cluster that gets its first request is checked sooner at once", () =>
  memoryKv(async (kv) => {
    const plan = planOf(clusterPlans({
      dc: {
        healthCheck: checkPlan({
          intervalMs: 1,
          noTrafficIntervalMs: 1_000_000,
          unhealthyThreshold: 1,
        }),
      },
    }));
    await using process = new Process(kv, 1, plan);
    await process.until(() => process.verdict() === "healthy");
    const { looks } = process;
    await process.until(() => process.looks === looks + 3);
    process.send = () => Promise.resolve(null);
    const dc = process.plan.clusters[0]!;
    const { endpoints } = process.registry.cluster("dc")!;
    process.registry.report(dc, endpoints.get(ORIGIN)!, "success", Date.now());
    await process.until(() => process.verdict() === "unhealthy");
  }));

Deno.test("background: a success ends an ejection", () =>
  memoryKv(async (kv) => {
    await using process = new Process(kv);
    const dc = process.plan.clusters[0]!;
    process.registry.ejectShared(dc, ORIGIN, Date.now() + 1_000_000, Date.now());
    const { outlier } = process.registry.cluster("dc")!.endpoints.get(ORIGIN)!;
    await process.until(() => outlier.ejectedUntilMs === 0);
  }));

Deno.test("background: a drain by another handle is heard of by watching", () =>
  memoryKv(async (kv) => {
    await using process = new Process(kv);
    // Watching begins with a look of its own.
    await process.until(() => process.looks === 2);
    const other = new DenoFleetStore(new KvConnection(() => Promise.resolve(kv)), () => Date.now());
    await other.drain("dc", true);
    await process.until(() => process.registry.isDrained("dc"));
  }));

Deno.test("background: leases are asked for before anyone needs one", () =>
  memoryKv(async (kv) => {
    await using process = new Process(kv);
    const { granted } = process.gates;
    const answered = Promise.withResolvers<number>();
    process.gates.granted = (asks, grants, nowMs) => {
      granted.call(process.gates, asks, grants, nowMs);
      answered.resolve(grants.length);
    };
    assert.equal(await answered.promise, 1);
  }));

Deno.test("background: stopped, it waits for what is under way and leaves nothing", () =>
  memoryKv(async (kv) => {
    const process = new Process(kv);
    await process.until(() => process.verdict() === "healthy");
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<null>();
    process.send = () => {
      asked.resolve();
      return answer.promise;
    };
    await asked.promise;
    let isDone = false;
    void process.background.done.then(() => isDone = true);
    process.stop.abort();
    await new Promise((resolve) => setTimeout(resolve, 0));
    assert.equal(isDone, false);
    answer.resolve(null);
    await process.background.done;
  }));

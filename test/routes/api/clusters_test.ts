import assert from "node:assert/strict";
import type { Plan } from "../../../src/plan/plan.ts";
import { checkPlan } from "../../check/fixture.ts";
import { clusterPlans, planOf } from "../../support/plans.ts";
import { World } from "./fixture.ts";

/** A plan with a cluster that is checked, and one that is not. */
const PLAN = planOf(clusterPlans({
  dc: { location: "private", region: "eu-1", endpoints: 4, healthCheck: checkPlan() },
  aws: { location: "public", region: "", healthCheck: null },
}));

class Clusters extends World {
  async about(method: string, path: string): Promise<{ status: number; body: unknown }> {
    const { status, json } = await this.ask(method, path);
    return { status, body: json };
  }

  async states(): Promise<Record<string, string[]>> {
    const { json } = await this.ask("GET", "/clusters");
    const { clusters } = json as { clusters: { name: string; endpoints: { state: string }[] }[] };
    return Object.fromEntries(
      clusters.map(({ name, endpoints }) => [name, endpoints.map(({ state }) => state)]),
    );
  }

  verdict(index: number, verdict: "degraded" | "unhealthy" | "excluded"): void {
    this.health.setVerdict("dc", `http://dc-${index}.test`, verdict, this.platform.now());
  }
}

const worldOf = (plan: () => Plan | null = () => PLAN): Clusters => new Clusters({ plan });

const codeOf = (body: unknown): string => (body as { code: string }).code;

const endpoint = (url: string, index: number): unknown => ({
  index,
  url,
  state: "healthy",
  reason: null,
  ejectedUntil: null,
  active: 0,
  latencyMs: { p50: null, p99: null },
});

Deno.test("GET clusters: as the contract has it, before any request was forwarded", async () => {
  assert.deepEqual(await worldOf().about("GET", "/clusters"), {
    status: 200,
    body: {
      clusters: [
        {
          name: "dc",
          location: "private",
          region: "eu-1",
          draining: false,
          endpoints: [0, 1, 2, 3].map((i) => endpoint(`http://dc-${i}.test`, i)),
        },
        {
          name: "aws",
          location: "public",
          region: null,
          draining: false,
          endpoints: [endpoint("http://aws-0.test", 0)],
        },
      ],
    },
  });
});

Deno.test("GET clusters: without a policy there are none", async () => {
  const world = worldOf(() => null);
  assert.deepEqual(await world.about("GET", "/clusters"), { status: 200, body: { clusters: [] } });
  assert.equal((await world.about("POST", "/clusters/dc/drain")).status, 404);
});

Deno.test("GET clusters: every state; one that took itself out is unhealthy", async () => {
  const world = worldOf();
  await world.states();
  world.verdict(1, "degraded");
  world.verdict(2, "unhealthy");
  world.verdict(3, "excluded");
  assert.deepEqual((await world.states()).dc, ["healthy", "degraded", "unhealthy", "unhealthy"]);
});

Deno.test("GET clusters: an ejection, until it is over", async () => {
  const world = worldOf();
  await world.states();
  const untilMs = world.platform.now() + 30_000;
  world.health.ejectShared(PLAN.clusters[1]!, "http://aws-0.test", untilMs, world.platform.now());
  const { body } = await world.about("GET", "/clusters");
  const [, aws] = (body as { clusters: { endpoints: { ejectedUntil: string }[] }[] }).clusters;
  assert.equal(aws!.endpoints[0]!.ejectedUntil, new Date(untilMs).toISOString());
  assert.deepEqual((await world.states()).aws, ["unhealthy"]);
  await world.platform.clock.advance(30_000);
  assert.deepEqual((await world.states()).aws, ["healthy"]);
});

Deno.test("POST drain and undrain answer the cluster as it is then, and twice is once", async () => {
  const world = worldOf();
  for (
    const [action, draining, state] of [
      ["drain", true, "draining"],
      ["drain", true, "draining"],
      ["undrain", false, "healthy"],
      ["undrain", false, "healthy"],
    ] as const
  ) {
    const { status, body } = await world.about("POST", `/clusters/aws/${action}`);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      name: "aws",
      location: "public",
      region: null,
      draining,
      endpoints: [{ ...endpoint("http://aws-0.test", 0) as object, state }],
    });
    assert.deepEqual(world.fleetStore.state.drained, draining ? ["aws"] : []);
    assert.deepEqual((await world.states()).dc, ["healthy", "healthy", "healthy", "healthy"]);
  }
});

for (const action of ["drain", "undrain"]) {
  Deno.test(`POST ${action}: a cluster that the policy does not name`, async () => {
    const world = worldOf();
    for (const name of ["nobody", "DC", "d%63x"]) {
      const { status, body } = await world.about("POST", `/clusters/${name}/${action}`);
      assert.deepEqual([status, codeOf(body)], [404, "not_found"]);
    }
    assert.deepEqual(world.fleetStore.state.drained, []);
  });

  Deno.test(`POST ${action}: a store that can't be reached`, async () => {
    const world = worldOf();
    world.fleetStore.failure = "gone";
    const { status, body } = await world.about("POST", `/clusters/dc/${action}`);
    assert.deepEqual([status, codeOf(body)], [503, "store_unreachable"]);
    assert.deepEqual((await world.states()).aws, ["healthy"]);
  });
}

Deno.test("POST drain: a cluster that goes while it is drained", async () => {
  let plan = PLAN;
  const world = worldOf(() => plan);
  const { drain } = world.fleetStore;
  world.fleetStore.drain = async (cluster, drained) => {
    plan = planOf(clusterPlans({ aws: { healthCheck: null } }));
    return await drain.call(world.fleetStore, cluster, drained);
  };
  assert.equal((await world.about("POST", "/clusters/dc/drain")).status, 404);
});

Deno.test("POST undrain: a cluster that was drained and that the policy names no more", async () => {
  let plan = PLAN;
  const world = worldOf(() => plan);
  await world.about("POST", "/clusters/dc/drain");
  plan = planOf(clusterPlans({ aws: {} }));
  assert.deepEqual(await world.about("POST", "/clusters/dc/undrain"), {
    status: 200,
    body: { name: "dc", draining: false, endpoints: [] },
  });
  assert.deepEqual(world.fleetStore.state.drained, []);
  assert.equal((await world.about("POST", "/clusters/dc/undrain")).status, 404);
});

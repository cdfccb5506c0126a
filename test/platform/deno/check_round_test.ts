import assert from "node:assert/strict";
import { checkRound } from "../../../src/platform/deno/check_round.ts";
import { DenoFleetStore } from "../../../src/platform/deno/fleet_store.ts";
import { KvConnection } from "../../../src/platform/deno/kv_connection.ts";
import { checkPlan } from "../../check/fixture.ts";
import { clusterPlans, planOf } from "../../support/plans.ts";
import { faulty, memoryKv } from "./fakes.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const plan = planOf(clusterPlans({ dc: { endpoints: 2, healthCheck: checkPlan() } }));

Deno.test("check round: thresholds count over rounds, each of which knows nothing but the store", () =>
  memoryKv(async (kv) => {
    let nowMs = NOW;
    let status = 200;
    const round = async (): Promise<string[]> => {
      const store = new DenoFleetStore(new KvConnection(() => Promise.resolve(kv)), () => nowMs);
      const failure = await checkRound({
        plan,
        store,
        send: ({ origin }) =>
          Promise.resolve({ status: origin.includes("dc-0") ? status : 200, header: () => null }),
        secret: () => null,
        now: () => nowMs,
      });
      assert.equal(failure, null);
      nowMs += 60_000;
      const state = await store.sync({ ejections: [], busy: [], takenOut: [], status: null }, null);
      assert.ok(state !== "unchanged" && "verdicts" in state);
      return state.verdicts.map(({ verdict }) => verdict);
    };
    assert.deepEqual(await round(), ["healthy", "healthy"]);
    status = 500;
    assert.deepEqual(await round(), ["healthy", "healthy"]);
    assert.deepEqual(await round(), ["healthy", "healthy"]);
    assert.deepEqual(await round(), ["unhealthy", "healthy"]);
    status = 200;
    assert.deepEqual(await round(), ["unhealthy", "healthy"]);
    assert.deepEqual(await round(), ["healthy", "healthy"]);
  }));

Deno.test("check round: without the store nobody is asked", () =>
  memoryKv(async (kv) => {
    const broken = faulty(kv);
    broken.failAt = 0;
    const connection = new KvConnection(() => Promise.resolve(broken.kv));
    let asked = 0;
    const failure = await checkRound({
      plan,
      store: new DenoFleetStore(connection, () => NOW),
      send: () => Promise.resolve(asked++).then(() => null),
      secret: () => null,
      now: () => NOW,
    });
    assert.deepEqual(failure, { failure: "injected at list" });
    assert.equal(asked, 0);
  }));

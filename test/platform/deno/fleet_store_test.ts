import assert from "node:assert/strict";
import type { CheckMemory } from "../../../src/check/checker.ts";
import type { FleetReport, FleetState } from "../../../src/fleet/port.ts";
import { STATUS_LIFE_MS } from "../../../src/fleet/statuses.ts";
import { CHECK_LIFE_MS, DenoFleetStore } from "../../../src/platform/deno/fleet_store.ts";
import { KvConnection, kvConnection } from "../../../src/platform/deno/kv_connection.ts";
import type { Kv } from "../../../src/platform/deno/kv_document.ts";
import { statusOf } from "../../fleet/fakes.ts";
import { type Clock, countUnder, faulty, memoryKv } from "./fakes.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const NOTHING: FleetReport = { ejections: [], busy: [], takenOut: [], status: null };

const storeOn = (kv: Kv, clock: Clock = { ms: NOW }): DenoFleetStore =>
  new DenoFleetStore(new KvConnection(() => Promise.resolve(kv)), () => clock.ms);

async function stateOf(
  store: DenoFleetStore,
  report: Partial<FleetReport> = {},
): Promise<FleetState> {
  const state = await store.sync({ ...NOTHING, ...report }, null);
  assert.ok(state !== "unchanged" && "drained" in state, JSON.stringify(state));
  return state;
}

const ejection = (origin: string, forMs: number): FleetReport["ejections"][number] => ({
  cluster: "dc",
  origin,
  untilMs: NOW + forMs,
});
const memory = (origin: string, spec: Partial<CheckMemory> = {}): CheckMemory => ({
  cluster: "dc",
  origin,
  verdict: "healthy",
  streak: 0,
  dueMs: NOW,
  ...spec,
});

Deno.test("deno fleet: nothing is known at first", () =>
  memoryKv(async (kv) => {
    const { version, ...state } = await stateOf(storeOn(kv));
    assert.deepEqual(state, { drained: [], ejections: [], verdicts: [] });
    assert.equal(await storeOn(kv).sync(NOTHING, version), "unchanged");
  }));

Deno.test("deno fleet: drains, by name, seen by all", () =>
  memoryKv(async (kv) => {
    const [one, other] = [storeOn(kv), storeOn(kv)];
    const { version } = await stateOf(other);
    assert.equal(await one.drain("aws", true), null);
    assert.equal(await other.drain("dc", true), null);
    const state = await other.sync(NOTHING, version);
    assert.ok(state !== "unchanged" && "drained" in state);
    assert.deepEqual(state.drained, ["aws", "dc"]);
    assert.equal(await other.sync(NOTHING, state.version), "unchanged");
    assert.equal(await one.drain("aws", false), null);
    assert.equal(await one.drain("never", false), null);
    assert.deepEqual((await stateOf(other)).drained, ["dc"]);
  }));

Deno.test("deno fleet: changes by many handles on one file at once are all kept", async () => {
  const folder = await Deno.makeTempDir();
  const connections = Array.from({ length: 8 }, () => kvConnection(`${folder}/kv.db`));
  try {
    const stores = connections.map((one) => new DenoFleetStore(one, () => NOW));
    const names = Array.from({ length: 40 }, (_, i) => `c${i}`);
    const drained = await Promise.all(
      names.map((name, i) => stores[i % stores.length]!.drain(name, true)),
    );
    assert.deepEqual(drained, names.map(() => null));
    await Promise.all(
      names.map((name, i) => i % 2 === 0 ? stores[(i + 1) % 8]!.drain(name, false) : null),
    );
    for (const store of stores) {
      assert.deepEqual(
        (await stateOf(store)).drained.toSorted(),
        names.filter((_, i) => i % 2 === 1).toSorted(),
      );
    }
  } finally {
    await Promise.all(connections.map((one) => one.close()));
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deno fleet: what changes while a member reads is not missed", () =>
  memoryKv(async (kv) => {
    const slow = faulty(kv);
    let changed = false;
    slow.before = async (name) => {
      if (name !== "list" || changed) return;
      changed = true;
      await storeOn(kv).drain("dc", true);
      await storeOn(kv).drain("aws", true);
    };
    const { version } = await stateOf(storeOn(slow.kv));
    const next = await storeOn(slow.kv).sync(NOTHING, version);
    assert.ok(next !== "unchanged" && "drained" in next);
    assert.deepEqual(next.drained, ["aws", "dc"]);
  }));

Deno.test("deno fleet: ejections are shared until they are over", () =>
  memoryKv(async (kv) => {
    const clock = { ms: NOW };
    const [one, other] = [storeOn(kv, clock), storeOn(kv, clock)];
    const { version } = await stateOf(other);
    const ejections = [ejection("http://a", 30_000), ejection("http://b", 10_000)];
    assert.deepEqual((await stateOf(one, { ejections })).ejections, ejections);
    assert.notEqual(await other.sync(NOTHING, version), "unchanged");
    clock.ms += 10_000;
    assert.deepEqual((await stateOf(other)).ejections, [ejections[0]]);
  }));

Deno.test("deno fleet: more ejections than one commit takes", () =>
  memoryKv(async (kv) => {
    const ejections = Array.from({ length: 1_500 }, (_, i) => ejection(`http://${i}`, 30_000));
    assert.equal((await stateOf(storeOn(kv), { ejections })).ejections.length, 1_500);
  }));

Deno.test("deno fleet: requests and endpoints taken out are every process's own matter", () =>
  memoryKv(async (kv) => {
    const store = storeOn(kv);
    await stateOf(store, { busy: ["dc"], takenOut: [{ cluster: "dc", origin: "http://a" }] });
    assert.equal(await countUnder(kv, "limen", "fleet"), 0);
  }));

Deno.test("deno fleet: a round's verdicts are known to all, the next one's take their place", () =>
  memoryKv(async (kv) => {
    const store = storeOn(kv);
    const round = [memory("http://a"), memory("http://b", { verdict: "unhealthy", streak: 1 })];
    assert.equal(await store.writeChecks(round), null);
    const { version, verdicts } = await stateOf(store);
    assert.deepEqual(verdicts, [
      { cluster: "dc", origin: "http://a", verdict: "healthy" },
      { cluster: "dc", origin: "http://b", verdict: "unhealthy" },
    ]);
    assert.deepEqual(await store.readChecks(), round);
    // Nothing that members would want to hear of.
    assert.equal(await store.writeChecks([round[0]!, { ...round[1]!, streak: 0, dueMs: 5 }]), null);
    assert.equal(await store.sync(NOTHING, version), "unchanged");
    assert.equal(await store.writeChecks([round[1]!]), null);
    assert.notEqual(await store.sync(NOTHING, version), "unchanged");
    assert.deepEqual(await store.readChecks(), [round[1]]);
  }));

Deno.test("deno fleet: verdicts of a cron that has stopped count no more", () =>
  memoryKv(async (kv) => {
    const clock = { ms: NOW };
    const store = storeOn(kv, clock);
    await store.writeChecks([memory("http://a")]);
    clock.ms += CHECK_LIFE_MS - 1;
    assert.equal((await stateOf(store)).verdicts.length, 1);
    clock.ms += 1;
    assert.deepEqual((await stateOf(store)).verdicts, []);
    assert.deepEqual(await store.readChecks(), []);
  }));

Deno.test("deno fleet: what another Limen wrote is passed over", () =>
  memoryKv(async (kv) => {
    const halfAMember = { ...statusOf(), runtime: "node", seenAt: new Date(NOW).toISOString() };
    for (
      const value of ["soon", null, halfAMember, {
        verdict: "sulking",
        streak: 0,
        dueMs: 0,
        atMs: NOW,
      }]
    ) {
      await kv.set(["limen", "fleet", "ejection", "dc", "http://a"], value);
      await kv.set(["limen", "fleet", "check", "dc", "http://a"], value);
      await kv.set(["limen", "fleet", "member", "m1"], value);
      const { ejections, verdicts } = await stateOf(storeOn(kv));
      const members = await storeOn(kv).members();
      assert.deepEqual([ejections, verdicts, members], [[], [], []]);
    }
  }));

Deno.test("deno fleet: every step that fails is a failure, not a rejection", () =>
  memoryKv(async (kv) => {
    const ejections = [ejection("http://a", 30_000)];
    const report = { ...NOTHING, ejections, status: statusOf() };
    const works: Record<string, (store: DenoFleetStore) => Promise<unknown>> = {
      sync: (store) => store.sync(report, null),
      drain: (store) => store.drain("dc", true),
      writeChecks: (store) => store.writeChecks([memory("http://a")]),
      readChecks: (store) => store.readChecks(),
      members: (store) => store.members(),
      leave: (store) => store.leave("m1"),
    };
    for (const [name, work] of Object.entries(works)) {
      for (let failAt = 0;; failAt++) {
        const broken = faulty(kv);
        broken.failAt = failAt;
        const result = await work(storeOn(broken.kv)) as { failure?: string } | null;
        if (broken.count <= failAt) {
          assert.ok(failAt > 0, `${name} does something`);
          break;
        }
        assert.match(result?.failure ?? "none", /^injected at /, `${name}, step ${failAt}`);
      }
    }
  }));

Deno.test("deno fleet: members are known to all until they leave or fall silent, and wake nobody", () =>
  memoryKv(async (kv) => {
    const clock = { ms: NOW };
    const [one, other] = [storeOn(kv, clock), storeOn(kv, clock)];
    const { version } = await stateOf(other);
    const lastError = { code: "missing", message: "gone", at: "2026-11-20T12:00:00.000Z" };
    const statuses = [
      statusOf({ id: "m1", revision: null, since: null, lastError }),
      statusOf({ id: "m2" }),
    ];
    await one.sync({ ...NOTHING, status: statuses[0]! }, null);
    clock.ms += 1_000;
    await other.sync({ ...NOTHING, status: statuses[1]! }, version);
    assert.equal(await other.sync(NOTHING, version), "unchanged");
    const heard = [
      { ...statuses[0], seenAt: new Date(NOW).toISOString() },
      { ...statuses[1], seenAt: new Date(NOW + 1_000).toISOString() },
    ];
    assert.deepEqual(await one.members(), heard);
    clock.ms = NOW + STATUS_LIFE_MS;
    assert.deepEqual(await one.members(), [heard[1]]);
    assert.equal(await other.leave("m2"), null);
    assert.deepEqual(await one.members(), []);
  }));

Deno.test("deno fleet: the database forgets a member that is silent", () =>
  memoryKv(async (kv) => {
    const seen: unknown[] = [];
    const watched = faulty(kv);
    watched.before = (name) => void (name === "commit" && seen.push(name));
    const { atomic } = watched.kv;
    (watched.kv as { atomic: Kv["atomic"] }).atomic = () => {
      const operation = atomic();
      const set = operation.set.bind(operation);
      operation.set = (key, value, options) => {
        seen.push(options?.expireIn);
        return set(key, value, options);
      };
      return operation;
    };
    await storeOn(watched.kv).sync({ ...NOTHING, status: statusOf() }, null);
    assert.deepEqual(seen, [STATUS_LIFE_MS, "commit"]);
  }));

Deno.test("deno fleet: watching tells of a drain", () =>
  memoryKv(async (kv) => {
    const stop = new AbortController();
    const changed = Promise.withResolvers<void>();
    let calls = 0;
    const store = storeOn(kv);
    const watching = store.watch(() => {
      // The first call tells that the watch has begun.
      if (++calls === 1) void store.drain("dc", true);
      else changed.resolve();
    }, stop.signal);
    await changed.promise;
    stop.abort();
    await watching;
  }));

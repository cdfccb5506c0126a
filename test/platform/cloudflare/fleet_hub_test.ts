import assert from "node:assert/strict";
import type { Ballot } from "../../../src/fleet/hub.ts";
import { type FleetReport, isFleetFailure } from "../../../src/fleet/port.ts";
import type { Env } from "../../../src/platform/cloudflare/env.ts";
import { ask, objectNamed } from "../../../src/platform/cloudflare/durable_object.ts";
import { FleetHub } from "../../../src/platform/cloudflare/fleet_hub.ts";
import {
  HUB_NAME,
  PROBER_PLACES,
  type WakeQuestion,
} from "../../../src/platform/cloudflare/fleet_questions.ts";
import { DurableFleetStore } from "../../../src/platform/cloudflare/fleet_store.ts";
import { statusOf } from "../../fleet/fakes.ts";
import { settle } from "../../support/timers.ts";
import { FakeNamespace } from "./fake_objects.ts";

const NOTHING: FleetReport = { ejections: [], busy: [], takenOut: [], status: null };
const A = { cluster: "dc", origin: "http://a.test" };

/** Notes what the hub tells it. */
class SilentProber {
  static readonly woken: WakeQuestion[] = [];

  async fetch(request: Request): Promise<Response> {
    SilentProber.woken.push(JSON.parse(await request.text()));
    return Response.json(null);
  }
}

class Fleet {
  readonly #env = { POLICIES: {} } as Record<string, unknown> as Env;
  readonly probers = new FakeNamespace(SilentProber, this.#env);
  readonly hubs = new FakeNamespace(
    FleetHub,
    { ...this.#env, PROBERS: this.probers } as unknown as Env,
  );
  policy = { revision: "r1", checks: false };
  nowMs = 1_000_000;

  constructor() {
    SilentProber.woken.length = 0;
  }

  isolate(): DurableFleetStore {
    return new DurableFleetStore({
      hub: this.hubs,
      capacity: null,
      policy: () => this.policy,
      now: () => this.nowMs,
    });
  }

  async vote(from: string, verdict: "healthy" | "unhealthy"): Promise<void> {
    const ballot: Ballot = { from, revision: "r1", verdicts: [{ ...A, verdict }], well: [] };
    await ask(objectNamed(this.hubs, HUB_NAME), "/vote", ballot, 1_000);
  }
}

const stateOf = async (
  store: DurableFleetStore,
  report = NOTHING,
): Promise<{ drained: readonly string[]; verdicts: readonly string[] }> => {
  const state = await store.sync(report, null);
  assert.ok(state !== "unchanged" && !isFleetFailure(state));
  return { drained: state.drained, verdicts: state.verdicts.map(({ verdict }) => verdict) };
};

/** Watches until it is stopped, and counts what is new. */
function watching(store: DurableFleetStore): { changes: () => number; stop: () => Promise<void> } {
  let changes = 0;
  const over = new AbortController();
  const done = store.watch(() => changes++, over.signal);
  return {
    changes: () => changes,
    stop: () => {
      over.abort();
      return done;
    },
  };
}

const until = async (holds: () => boolean): Promise<void> => {
  const end = Date.now() + 5_000;
  while (!holds()) {
    assert.ok(Date.now() < end, "it does not come to that");
    await settle();
  }
};

Deno.test("fleet hub: a drain of one isolate is known to another, and to the next hub", async () => {
  const fleet = new Fleet();
  const [one, other] = [fleet.isolate(), fleet.isolate()];
  assert.deepEqual(await stateOf(other), { drained: [], verdicts: [] });
  assert.equal(await one.drain("aws", true), null);
  assert.deepEqual((await stateOf(one)).drained, ["aws"]);
  fleet.nowMs += 2_000;
  assert.deepEqual((await stateOf(other)).drained, ["aws"]);
  fleet.hubs.evict(HUB_NAME);
  assert.deepEqual((await stateOf(fleet.isolate())).drained, ["aws"]);
});

Deno.test("fleet hub: who watches hears of a change, and of a swarm of them once", async () => {
  const fleet = new Fleet();
  const [one, other] = [fleet.isolate(), fleet.isolate()];
  await stateOf(one);
  const watch = watching(one);
  await other.drain("aws", true);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await other.drain("dc", true);
  await until(() => watch.changes() > 0);
  assert.equal(watch.changes(), 1);
  const asked = fleet.hubs.asked.length;
  assert.deepEqual((await stateOf(one)).drained, ["aws", "dc"]);
  assert.ok(fleet.hubs.asked.length <= asked + 1, "only the watch looks again");
  // What a body brings after an abort is left to come: the next change ends it here.
  await Promise.all([watch.stop(), other.drain("pop", true)]);
});

Deno.test("fleet hub: three of five probers decide, and the next hub still knows", async () => {
  const fleet = new Fleet();
  for (const place of PROBER_PLACES.slice(0, 2)) await fleet.vote(place, "unhealthy");
  assert.deepEqual((await stateOf(fleet.isolate())).verdicts, ["healthy"]);
  await fleet.vote(PROBER_PLACES[2]!, "unhealthy");
  assert.deepEqual((await stateOf(fleet.isolate())).verdicts, ["unhealthy"]);
  fleet.hubs.evict(HUB_NAME);
  await fleet.vote(PROBER_PLACES[0]!, "unhealthy");
  assert.deepEqual((await stateOf(fleet.isolate())).verdicts, ["unhealthy"]);
});

Deno.test("fleet hub: probers are woken in their places, once there is something to check", async () => {
  const fleet = new Fleet();
  await stateOf(fleet.isolate(), { ...NOTHING, busy: ["dc"] });
  await settle();
  assert.equal(SilentProber.woken.length, 0);
  fleet.policy = { revision: "r1", checks: true };
  await stateOf(fleet.isolate());
  await settle();
  assert.deepEqual(SilentProber.woken.map(({ place }) => place).sort(), [...PROBER_PLACES].sort());
  assert.deepEqual(SilentProber.woken[0]!.notice.busy, ["dc"]);
  for (const place of PROBER_PLACES) assert.equal(fleet.probers.hints.get(place), place);
});

Deno.test("fleet hub: probers hear at once who has taken itself out", async () => {
  const fleet = new Fleet();
  fleet.policy = { revision: "r1", checks: true };
  for (const place of PROBER_PLACES) await fleet.vote(place, "healthy");
  await stateOf(fleet.isolate());
  await settle();
  assert.equal(SilentProber.woken.length, 0);
  await stateOf(fleet.isolate(), { ...NOTHING, takenOut: [A] });
  await settle();
  assert.equal(SilentProber.woken.length, PROBER_PLACES.length);
  assert.deepEqual(SilentProber.woken[0]!.notice.takenOut, [A]);
});

Deno.test("fleet hub: every isolate hears of every member, and who watches is not woken by it", async () => {
  const fleet = new Fleet();
  const [one, other] = [fleet.isolate(), fleet.isolate()];
  await stateOf(one);
  const watch = watching(one);
  await stateOf(other, { ...NOTHING, status: statusOf({ id: "m2", revision: "r2" }) });
  await stateOf(one, { ...NOTHING, status: statusOf({ id: "m1" }) });
  const members = await one.members();
  assert.ok(!isFleetFailure(members));
  assert.deepEqual(members.map(({ id, revision }) => [id, revision]), [["m2", "r2"], ["m1", "r1"]]);
  assert.deepEqual(await other.members(), members);
  const age = Date.now() - Date.parse(members[0]!.seenAt);
  assert.ok(age >= 0 && age < 5_000, `${age} ms`);
  // Those who gather changes wait 200 ms.
  await new Promise((resolve) => setTimeout(resolve, 250));
  assert.equal(watch.changes(), 0);
  await Promise.all([watch.stop(), other.drain("pop", true)]);
});

Deno.test("fleet hub: an unknown question is not found", async () => {
  const { hubs } = new Fleet();
  await assert.rejects(ask(objectNamed(hubs, HUB_NAME), "/toString", {}, 1_000), /404/);
});

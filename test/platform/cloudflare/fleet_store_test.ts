import assert from "node:assert/strict";
import type { CapacityAsk, CapacityGrant } from "../../../src/capacity/lease.ts";
import { type FleetReport, type FleetState, isFleetFailure } from "../../../src/fleet/port.ts";
import { CapacityLedger } from "../../../src/platform/cloudflare/capacity_ledger.ts";
import type { Env } from "../../../src/platform/cloudflare/env.ts";
import type { SyncQuestion } from "../../../src/platform/cloudflare/fleet_questions.ts";
import { DurableFleetStore } from "../../../src/platform/cloudflare/fleet_store.ts";
import { statusOf } from "../../fleet/fakes.ts";
import { settle } from "../../support/timers.ts";
import { FakeNamespace } from "./fake_objects.ts";

const NOTHING: FleetReport = { ejections: [], busy: [], takenOut: [], status: null };
const A = { cluster: "dc", origin: "http://a.test" };

const stateOf = (version: string, drained: readonly string[] = []): FleetState => ({
  version,
  drained,
  ejections: [],
  verdicts: [],
});

interface Held {
  readonly question: SyncQuestion;
  readonly answer: (state: FleetState | "unchanged") => void;
}

/** Answers syncs with what a test has put there; those that wait, when it says so. */
class ScriptedHub {
  static state: FleetState;
  static questions: SyncQuestion[];
  static held: Held[];

  async fetch(request: Request): Promise<Response> {
    const question = JSON.parse(await request.text()) as SyncQuestion;
    if (new URL(request.url).pathname === "/drain") return Response.json(ScriptedHub.state);
    ScriptedHub.questions.push(question);
    const { state } = ScriptedHub;
    if (question.waitMs === 0) {
      return Response.json(question.known === state.version ? "unchanged" : state);
    }
    return await new Promise((resolve) => {
      ScriptedHub.held.push({ question, answer: (given) => resolve(Response.json(given)) });
    });
  }
}

class Isolate {
  nowMs = 1_000_000;
  policy: { revision: string; checks: boolean } | null = { revision: "r1", checks: false };
  readonly hubs = new FakeNamespace(ScriptedHub, {} as Env);
  readonly ledgers = new FakeNamespace(CapacityLedger as never, {} as Env);
  readonly store: DurableFleetStore;

  constructor(hasCapacity = true) {
    ScriptedHub.state = stateOf("1");
    ScriptedHub.questions = [];
    ScriptedHub.held = [];
    this.store = new DurableFleetStore({
      hub: this.hubs,
      capacity: hasCapacity ? this.ledgers : null,
      policy: () => this.policy,
      now: () => this.nowMs,
    });
  }

  /** How many questions a sync puts, and what it says. */
  async sync(
    report: Partial<FleetReport> = {},
    known: string | null = "1",
  ): Promise<[number, unknown]> {
    const before = this.hubs.asked.length;
    const result = await this.store.sync({ ...NOTHING, ...report }, known);
    return [this.hubs.asked.length - before, result];
  }
}

Deno.test("fleet store: the first sync asks, the next one only when what it knows is stale", async () => {
  const isolate = new Isolate();
  assert.deepEqual(await isolate.sync({}, null), [1, stateOf("1")]);
  assert.deepEqual(await isolate.sync(), [0, "unchanged"]);
  assert.deepEqual(await isolate.sync({}, null), [0, stateOf("1")]);
  isolate.nowMs += 2_000;
  ScriptedHub.state = stateOf("2");
  assert.deepEqual(await isolate.sync(), [1, stateOf("2")]);
});

const news: [what: string, report: Partial<FleetReport>][] = [
  ["an ejection", { ejections: [{ ...A, untilMs: 2_000_000 }] }],
  ["an endpoint that took itself out", { takenOut: [A] }],
  ["a cluster with its first requests", { busy: ["dc"] }],
  ["another status", { status: statusOf() }],
];
for (const [what, report] of news) {
  Deno.test(`fleet store: ${what} is told at once`, async () => {
    const isolate = new Isolate();
    await isolate.sync();
    assert.deepEqual(await isolate.sync(report), [1, "unchanged"]);
    assert.deepEqual(await isolate.sync(), [0, "unchanged"]);
    const { questions } = ScriptedHub;
    assert.deepEqual(questions.at(-1)!.report, { ...NOTHING, ...report });
  });
}

Deno.test("fleet store: another policy is told at once", async () => {
  const isolate = new Isolate();
  isolate.policy = null;
  await isolate.sync();
  for (const policy of [{ revision: "r1", checks: true }, { revision: "r2", checks: true }]) {
    isolate.policy = policy;
    assert.equal((await isolate.sync())[0], 1);
    assert.equal((await isolate.sync())[0], 0);
    assert.deepEqual(ScriptedHub.questions.at(-1)!.policy, policy);
  }
});

Deno.test("fleet store: a status that the hub knows is told along with what is asked anyway", async () => {
  const isolate = new Isolate();
  const status = statusOf();
  await isolate.sync({ status });
  assert.equal((await isolate.sync({ status }))[0], 0);
  const over = new AbortController();
  const done = isolate.store.watch(() => {}, over.signal);
  await settle();
  assert.deepEqual(ScriptedHub.held[0]!.question.report, { ...NOTHING, status });
  // Another one is told at once, and what the watch knew when it began does not count any more.
  const next = statusOf({ revision: "r2" });
  assert.equal((await isolate.sync({ status: next }))[0], 1);
  ScriptedHub.held[0]!.answer("unchanged");
  await settle();
  assert.equal((await isolate.sync())[0], 0);
  assert.deepEqual(ScriptedHub.held[1]!.question.report.status, next);
  over.abort();
  await done;
});

Deno.test("fleet store: members of a hub that can't be reached", async () => {
  const isolate = new Isolate();
  isolate.hubs.status = 500;
  assert.deepEqual(await isolate.store.members(), { failure: "A Durable Object answered 500" });
});

Deno.test("fleet store: that a cluster is busy is told again after a minute", async () => {
  const isolate = new Isolate();
  await isolate.sync({ busy: ["dc"] });
  assert.equal((await isolate.sync({ busy: ["dc"] }))[0], 0);
  assert.equal((await isolate.sync({ busy: ["dc", "aws"] }))[0], 1);
  isolate.nowMs += 60_000;
  assert.equal((await isolate.sync({ busy: ["dc"] }))[0], 1);
});

Deno.test("fleet store: a report that was not taken is a failure", async () => {
  const isolate = new Isolate();
  await isolate.sync();
  isolate.hubs.status = 500;
  const [, result] = await isolate.sync({ takenOut: [A] });
  assert.deepEqual(result, { failure: "A Durable Object answered 500" });
  assert.ok(isFleetFailure(await isolate.store.drain("dc", true) ?? {}));
});

Deno.test("fleet store: while a watch is under way syncs ask nobody, and hear what it brings", async () => {
  const isolate = new Isolate();
  await isolate.sync();
  let changes = 0;
  const over = new AbortController();
  const done = isolate.store.watch(() => changes++, over.signal);
  await settle();
  isolate.nowMs += 20_000;
  assert.deepEqual(await isolate.sync(), [0, "unchanged"]);
  ScriptedHub.held[0]!.answer(stateOf("2", ["dc"]));
  await settle();
  assert.equal(changes, 1);
  assert.deepEqual(await isolate.sync(), [0, stateOf("2", ["dc"])]);
  const { question } = ScriptedHub.held[1]!;
  assert.deepEqual([question.known, question.waitMs], ["2", 20_000]);
  ScriptedHub.held[1]!.answer("unchanged");
  await settle();
  assert.equal(changes, 1);
  over.abort();
  await done;
  isolate.nowMs += 2_000;
  assert.equal((await isolate.sync({}, "2"))[0], 1);
});

Deno.test("fleet store: a watch that can't reach the hub ends, and is not relied on", async () => {
  const isolate = new Isolate();
  await isolate.sync();
  isolate.hubs.status = 500;
  await isolate.store.watch(() => {}, new AbortController().signal);
  isolate.nowMs += 2_000;
  assert.equal((await isolate.sync())[0], 1);
});

Deno.test("fleet store: a watch ends after much news, to spare its request's subrequests", async () => {
  const isolate = new Isolate();
  await isolate.sync();
  let ended = false;
  void isolate.store.watch(() => {}, new AbortController().signal).then(() => ended = true);
  for (let i = 0; i < 10; i++) {
    await settle();
    assert.equal(ended, false);
    ScriptedHub.held[i]!.answer(stateOf(`news ${i}`));
  }
  await settle();
  assert.equal(ended, true);
});

Deno.test("fleet store: what a watch says late does not undo a drain", async () => {
  const isolate = new Isolate();
  await isolate.sync();
  void isolate.store.watch(() => {}, new AbortController().signal);
  await settle();
  ScriptedHub.state = stateOf("2", ["dc"]);
  assert.equal(await isolate.store.drain("dc", true), null);
  ScriptedHub.held[0]!.answer(stateOf("1 and a half"));
  await settle();
  assert.deepEqual(await isolate.sync({}, null), [0, stateOf("2", ["dc"])]);
  // It looks again from where the drain left off.
  assert.equal(ScriptedHub.held[1]!.question.known, "2");
});

const askFor = (cluster: string): CapacityAsk => ({
  cluster,
  ratePerSecond: 10,
  member: "m",
  sequence: 1,
  demandPerSecond: 5,
  unspent: 0,
  debt: 0,
});

Deno.test("fleet store: each cluster's capacity is parted by an object of its own", async () => {
  const isolate = new Isolate();
  const clusters = ["a", "b", "c", "d"];
  const grants = await isolate.store.lease(clusters.map(askFor));
  assert.ok(!isFleetFailure(grants));
  assert.deepEqual(grants.map(({ cluster }) => cluster).sort(), clusters);
  assert.deepEqual([...isolate.ledgers.storages.keys()].sort(), clusters);
  isolate.ledgers.status = 500;
  assert.ok(isFleetFailure(await isolate.store.lease([askFor("a")])));
});

Deno.test("fleet store: without the binding for it an isolate has capacities for itself", async () => {
  const grants = await new Isolate(false).store.lease([askFor("a")]);
  assert.ok(!isFleetFailure(grants));
  assert.deepEqual(grants.map(({ cluster, members }) => [cluster, members]), [["a", 1]]);
});

Deno.test("capacity ledger: begins with nothing to give, and gives what has flowed in", async () => {
  const namespace = new FakeNamespace(CapacityLedger as never, {} as Env);
  const store = new DurableFleetStore({
    hub: namespace,
    capacity: namespace,
    policy: () => null,
    now: () => 0,
  });
  const question = { ...askFor("a"), ratePerSecond: 1_000, demandPerSecond: 1_000 };
  const lease = async (sequence: number): Promise<CapacityGrant> => {
    const grants = await store.lease([{ ...question, sequence }]);
    assert.ok(!isFleetFailure(grants));
    return grants[0]!;
  };
  const began = Date.now();
  const { tokens } = await lease(1);
  assert.ok(tokens <= Date.now() - began + 1, `${tokens} tokens`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const more = (await lease(2)).tokens;
  assert.ok(more >= 30 && more <= Date.now() - began + 1, `${more} tokens`);
});

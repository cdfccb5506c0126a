import assert from "node:assert/strict";
import type { CheckMemory } from "../../src/check/checker.ts";
import type { Ballot, Notice } from "../../src/fleet/hub.ts";
import { Prober } from "../../src/fleet/prober.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { checkPlan } from "../check/fixture.ts";
import { clusterPlans, planOf } from "../support/plans.ts";
import { FakeClock, settle } from "../support/timers.ts";

const A = { cluster: "dc", origin: "http://dc-0.test" };
const B = { cluster: "dc", origin: "http://dc-1.test" };
const EVERY_MS = 10_000;

const noticeOf = (spec: Partial<Notice> = {}): Notice => ({
  busy: [],
  ejected: [],
  takenOut: [],
  ...spec,
});

const checkedPlan = (revision = "r1"): Plan => ({
  ...planOf(clusterPlans({
    dc: {
      endpoints: 2,
      healthCheck: checkPlan({ unhealthyThreshold: 2, noTrafficIntervalMs: EVERY_MS }),
    },
  })),
  revision,
});

const uncheckedPlan: Plan = { ...planOf(clusterPlans({ dc: 2 })), revision: "r0" };

/** A prober whose alarm is a clock's, and what it does. */
class Place {
  readonly clock = new FakeClock();
  readonly votes: Ballot[] = [];
  readonly checks: string[] = [];
  looks = 0;
  plan: Plan | null = checkedPlan();
  memory: readonly CheckMemory[] = [];
  remembered = 0;
  alarmMs: number | null = null;
  /** Answer to votes. */
  says: Notice | null = noticeOf();
  /** Of an origin's answer; `null`: none. */
  status = new Map<string, number | null>();
  /** Checks of these origins do not end. */
  hung = new Set<string>();
  #cancel = (): void => {};
  #turns = Promise.resolve();

  start(): Prober {
    const { clock } = this;
    const prober = new Prober({
      place: "p1",
      secret: () => null,
      random: () => 0,
      now: () => clock.nowMs,
      lookEveryMs: 30_000,
      look: () => {
        this.looks++;
        return Promise.resolve(this.plan);
      },
      send: ({ origin }) => {
        this.checks.push(origin);
        if (this.hung.has(origin)) return new Promise(() => {});
        const status = this.status.get(origin) ?? 200;
        return Promise.resolve(status === 0 ? null : { status, header: () => null });
      },
      vote: (ballot) => {
        this.votes.push(ballot);
        return Promise.resolve(this.says);
      },
      remember: (memory) => {
        this.remembered++;
        this.memory = structuredClone(memory) as CheckMemory[];
      },
      wakeAt: (atMs) => {
        this.#cancel();
        this.alarmMs = atMs;
        if (atMs === null) return;
        this.#cancel = clock.after(Math.max(0, atMs - clock.nowMs), () => {
          this.alarmMs = null;
          // As with alarms, one turn ends before the next begins.
          this.#turns = this.#turns.then(() => prober.turn());
        });
      },
    }, this.memory);
    return prober;
  }

  get last(): Record<string, string> {
    const verdicts = this.votes.at(-1)?.verdicts ?? [];
    return Object.fromEntries(verdicts.map(({ origin, verdict }) => [origin, verdict]));
  }
}

Deno.test("prober: told to begin, it looks for the policy, checks and votes", async () => {
  const place = new Place();
  place.status.set(B.origin, 500);
  place.start().hear(noticeOf());
  await place.clock.advance(1_000);
  assert.deepEqual([place.looks, place.checks.length], [1, 2]);
  assert.deepEqual(place.last, { [A.origin]: "healthy", [B.origin]: "unhealthy" });
  assert.deepEqual([place.votes[0]!.from, place.votes[0]!.revision], ["p1", "r1"]);
});

Deno.test("prober: without news it votes once in ten seconds, and looks once in thirty", async () => {
  const place = new Place();
  place.start().hear(noticeOf());
  await place.clock.advance(1_000);
  const before = place.votes.length;
  await place.clock.advance(60_000);
  const votes = place.votes.length - before;
  assert.ok(votes >= 5 && votes <= 6, `${votes} votes`);
  assert.equal(place.looks, 3);
  assert.ok(place.checks.length >= 12 && place.checks.length <= 14, `${place.checks.length}`);
});

Deno.test("prober: a change of a verdict is told at once, a streak is not", async () => {
  const place = new Place();
  place.start().hear(noticeOf());
  await place.clock.advance(5_000);
  place.status.set(A.origin, 0);
  place.votes.length = 0;
  // The first failure, and its heartbeat.
  await place.clock.advance(EVERY_MS);
  assert.equal(place.last[A.origin] ?? "healthy", "healthy");
  await place.clock.advance(EVERY_MS);
  const told = place.votes.filter(({ verdicts }) =>
    verdicts.some(({ verdict }) => verdict === "unhealthy")
  );
  assert.ok(told.length > 0);
});

Deno.test("prober: one that comes after it goes on with its streaks", async () => {
  const place = new Place();
  place.start().hear(noticeOf());
  await place.clock.advance(5_000);
  place.status.set(A.origin, 0);
  await place.clock.advance(EVERY_MS);
  assert.deepEqual(place.memory.map(({ streak }) => streak), [1, 0]);
  const checks = place.checks.length;
  // Only the alarm is left of the first one.
  const next = place.start();
  await next.turn();
  await settle();
  assert.equal(place.last[A.origin], "healthy");
  await place.clock.advance(EVERY_MS);
  assert.equal(place.last[A.origin], "unhealthy");
  assert.ok(place.checks.length <= checks + 4);
});

Deno.test("prober: what does not change is not stored again", async () => {
  const place = new Place();
  place.start().hear(noticeOf());
  await place.clock.advance(5_000);
  const { remembered } = place;
  await place.clock.advance(60_000);
  assert.equal(place.remembered, remembered);
});

Deno.test("prober: an endpoint that hangs holds up no other", async () => {
  const place = new Place();
  place.hung.add(A.origin);
  place.start().hear(noticeOf());
  await place.clock.advance(35_000);
  assert.deepEqual(place.last, { [B.origin]: "healthy" });
  assert.equal(place.checks.filter((origin) => origin === A.origin).length, 1);
  const others = place.checks.filter((origin) => origin === B.origin).length;
  assert.ok(others >= 3, `${others}`);
});

Deno.test("prober: a vote that is lost is cast again", async () => {
  const place = new Place();
  place.says = null;
  place.start().hear(noticeOf());
  await place.clock.advance(3_500);
  const lost = place.votes.length;
  assert.ok(lost >= 3 && lost <= 5, `${lost} votes in 3.5 s`);
  place.says = noticeOf();
  await place.clock.advance(1_500);
  assert.deepEqual(place.last, { [A.origin]: "healthy", [B.origin]: "healthy" });
  assert.equal(place.votes.length, lost + 1);
});

Deno.test("prober: who said in an answer that it is out is out by its vote at once", async () => {
  const place = new Place();
  const prober = place.start();
  prober.hear(noticeOf());
  await place.clock.advance(2_000);
  prober.hear(noticeOf({ takenOut: [A] }));
  await place.clock.advance(1);
  assert.deepEqual(place.last, { [A.origin]: "excluded", [B.origin]: "healthy" });
});

Deno.test("prober: says which ejected endpoints it finds well, once for each time", async () => {
  const place = new Place();
  const prober = place.start();
  place.says = noticeOf({ ejected: [A] });
  prober.hear(noticeOf({ ejected: [A] }));
  await place.clock.advance(1_000);
  const well = (): number => place.votes.filter((vote) => vote.well.length > 0).length;
  assert.equal(well(), 1);
  assert.deepEqual(place.votes.find((vote) => vote.well.length > 0)!.well, [A]);
  // It is ejected still: the others have not found it well yet.
  await place.clock.advance(EVERY_MS);
  assert.equal(well(), 2);
  // It hears that it is in service again with the next vote.
  place.says = noticeOf();
  await place.clock.advance(2 * EVERY_MS);
  const told = well();
  assert.ok(told <= 3, `${told}`);
  await place.clock.advance(3 * EVERY_MS);
  assert.equal(well(), told);
});

Deno.test("prober: a busy cluster is checked at its normal interval", async () => {
  const place = new Place();
  const healthCheck = checkPlan({ noTrafficIntervalMs: 60_000 });
  place.plan = planOf(clusterPlans({ dc: { healthCheck } }));
  const prober = place.start();
  prober.hear(noticeOf());
  await place.clock.advance(30_000);
  assert.equal(place.checks.length, 1);
  prober.hear(noticeOf({ busy: ["dc"] }));
  await place.clock.advance(35_000);
  assert.ok(place.checks.length >= 4, `${place.checks.length}`);
});

Deno.test("prober: without anything to check it takes its votes back and goes to sleep", async () => {
  const place = new Place();
  place.start().hear(noticeOf());
  await place.clock.advance(5_000);
  place.plan = uncheckedPlan;
  await place.clock.advance(35_000);
  assert.deepEqual(place.votes.at(-1), { from: "p1", revision: "r0", verdicts: [], well: [] });
  // For some time it expects that whoever woke it knows a newer policy.
  await place.clock.advance(120_000);
  assert.equal(place.alarmMs, null);
  const { looks, checks } = place;
  await place.clock.advance(600_000);
  assert.deepEqual([place.looks, place.checks.length], [looks, checks.length]);
});

Deno.test("prober: woken for a policy that it does not see yet, it goes on looking", async () => {
  const place = new Place();
  place.plan = uncheckedPlan;
  place.start().hear(noticeOf());
  await place.clock.advance(59_000);
  place.plan = checkedPlan("r2");
  await place.clock.advance(3_000);
  assert.deepEqual(place.last, { [A.origin]: "healthy", [B.origin]: "healthy" });
});

Deno.test("prober: without any policy it waits for one", async () => {
  const place = new Place();
  place.plan = null;
  place.start().hear(noticeOf());
  await place.clock.advance(1);
  assert.deepEqual(place.votes.map(({ revision }) => revision), [null]);
  place.plan = checkedPlan();
  await place.clock.advance(31_000);
  assert.equal(place.last[A.origin], "healthy");
});

Deno.test("prober: a policy that leaves an endpoint out takes its vote along", async () => {
  const place = new Place();
  place.start().hear(noticeOf());
  await place.clock.advance(5_000);
  const { clusters } = checkedPlan();
  place.plan = {
    ...checkedPlan("r2"),
    clusters: [{ ...clusters[0]!, endpoints: clusters[0]!.endpoints.slice(0, 1) }],
  };
  await place.clock.advance(31_000);
  assert.deepEqual(place.last, { [A.origin]: "healthy" });
});

import assert from "node:assert/strict";
import { type CheckAnswer, Checker, type CheckerOptions } from "../../src/check/checker.ts";
import type { CheckHeaders, CheckTarget } from "../../src/check/target.ts";
import type { HealthCheckPlan } from "../../src/plan/resilience.ts";
import { clusterPlans, type ClusterSpec, planOf } from "../support/plans.ts";
import { checkPlan } from "./fixture.ts";

const START = 1_000_000;

const answer = (status: number, ...headers: string[]): CheckAnswer => ({
  status,
  header: (name) => headers.includes(name) ? "true" : null,
});

/** A checker whose endpoints answer what the test says, at times that the test says. */
class World {
  nowMs = START;
  readonly asked: string[] = [];
  readonly verdicts: string[] = [];
  readonly well: string[] = [];
  readonly headers: CheckHeaders[] = [];
  reply: (target: CheckTarget) => Promise<CheckAnswer | null> = () => Promise.resolve(answer(200));
  readonly checker: Checker;

  constructor(options: Partial<CheckerOptions> = {}) {
    this.checker = new Checker({
      send: (target, headers) => {
        this.asked.push(target.url);
        this.headers.push(headers);
        return this.reply(target);
      },
      now: () => this.nowMs,
      random: () => 0,
      secret: () => null,
      onVerdict: (cluster, origin, verdict, state) => {
        assert.equal(state.verdict, verdict);
        this.verdicts.push(`${cluster} ${origin} ${verdict}`);
      },
      onWell: (cluster, origin) => this.well.push(`${cluster} ${origin}`),
      ...options,
    });
  }

  adopt(specs: Readonly<Record<string, ClusterSpec>>): void {
    this.checker.adopt(planOf(clusterPlans(specs)));
  }

  /** One check of everything, answered so. */
  async round(reply: CheckAnswer | null): Promise<string> {
    this.reply = () => Promise.resolve(reply);
    await this.checker.runAll();
    return this.checker.verdictOf("dc", "http://dc-0.test");
  }

  get dueInMs(): number {
    return this.checker.nextDueMs() - this.nowMs;
  }
}

const dc = (check: Partial<HealthCheckPlan> = {}, more: ClusterSpec = {}): { dc: ClusterSpec } => ({
  dc: { healthCheck: checkPlan(check), ...more },
});

Deno.test("checker: nothing to check, nothing due", async () => {
  const world = new World();
  assert.equal(world.checker.nextDueMs(), Infinity);
  world.adopt({ plain: { endpoints: 3, healthCheck: null } });
  assert.equal(world.checker.nextDueMs(), Infinity);
  await world.checker.runAll();
  assert.deepEqual(world.asked, []);
});

Deno.test("checker: every endpoint of every cluster with a check, each once", async () => {
  const world = new World();
  world.adopt({
    ...dc({}, { endpoints: 2 }),
    plain: { healthCheck: null },
    aws: { healthCheck: checkPlan() },
  });
  await world.checker.runDue();
  assert.deepEqual(
    world.asked,
    ["dc-0", "dc-1", "aws-0"].map((name) => `http://${name}.test/healthz`),
  );
  assert.deepEqual(world.verdicts, [
    "dc http://dc-0.test healthy",
    "dc http://dc-1.test healthy",
    "aws http://aws-0.test healthy",
  ]);
});

Deno.test("checker: the first check waits by chance, the next ones keep the interval", async () => {
  const world = new World({ random: () => 0.5 });
  world.adopt(dc({ initialJitterMs: 1_000, jitterMs: 100, jitterPercent: 10 }));
  assert.equal(world.dueInMs, 500);
  await world.checker.runDue();
  assert.deepEqual(world.asked, []);
  world.nowMs += 500;
  await world.checker.runDue();
  assert.equal(world.asked.length, 1);
  // No traffic: 60,000 + 0.5 × 100 + 0.5 × 10 % of 60,000.
  assert.equal(world.dueInMs, 63_050);
  world.checker.busy(["dc"]);
  // 10,000 + 0.5 × 100 + 0.5 × 10 % of 10,000.
  assert.equal(world.dueInMs, 10_550);
  world.nowMs += 10_550;
  await world.checker.runDue();
  assert.equal(world.dueInMs, 10_550);
});

Deno.test("checker: traffic elsewhere changes nothing, and a check soon due is not put off", () => {
  const world = new World();
  world.adopt(dc());
  world.checker.busy(["aws"]);
  assert.equal(world.dueInMs, 0);
  world.checker.busy(["dc"]);
  assert.equal(world.dueInMs, 0);
});

Deno.test("checker: a cluster that had traffic stays busy over policies, until it is gone", async () => {
  const world = new World();
  world.adopt(dc());
  world.checker.busy(["dc"]);
  world.adopt(dc({ path: "/other" }));
  await world.checker.runDue();
  assert.equal(world.dueInMs, 10_000);
  world.adopt({});
  world.adopt(dc());
  await world.checker.runDue();
  assert.equal(world.dueInMs, 60_000);
});

Deno.test("checker: an endpoint falls by its threshold and comes back by its threshold", async () => {
  const world = new World();
  world.adopt(dc());
  const rounds: { reply: CheckAnswer | null; want: string; well?: number }[] = [
    { reply: answer(200), want: "healthy", well: 1 },
    { reply: null, want: "healthy" },
    { reply: answer(500), want: "healthy" },
    { reply: answer(204), want: "unhealthy" },
    { reply: answer(200), want: "unhealthy" },
    { reply: answer(200), want: "healthy", well: 1 },
    { reply: answer(200, "x-envoy-degraded"), want: "degraded", well: 1 },
    { reply: answer(200, "x-envoy-immediate-health-check-fail"), want: "excluded" },
    { reply: answer(200), want: "excluded" },
    { reply: answer(200), want: "healthy", well: 1 },
  ];
  for (const { reply, want, well = 0 } of rounds) {
    const before = world.well.length;
    assert.equal(await world.round(reply), want);
    assert.equal(world.well.length - before, well);
  }
  assert.equal(world.verdicts.length, rounds.length);
});

Deno.test("checker: taken out by an answer to a client, and back by checks", async () => {
  const world = new World();
  world.adopt({ ...dc(), plain: { healthCheck: null } });
  await world.round(answer(200));
  world.checker.takenOut("plain", "http://plain-0.test");
  world.checker.takenOut("dc", "http://dc-0.test");
  assert.deepEqual(world.verdicts.at(-1), "dc http://dc-0.test excluded");
  assert.equal(world.verdicts.length, 2);
  assert.equal(await world.round(answer(200)), "excluded");
  assert.equal(await world.round(answer(200)), "healthy");
});

Deno.test("checker: a check that takes long is not begun again, and holds up no other", async () => {
  const world = new World();
  world.adopt(dc({}, { endpoints: 2 }));
  const slow = Promise.withResolvers<CheckAnswer | null>();
  world.reply = ({ origin }) =>
    origin.includes("dc-0") ? slow.promise : Promise.resolve(answer(200));
  const first = world.checker.runDue();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(world.dueInMs, 60_000);
  world.nowMs += 60_000;
  await world.checker.runDue();
  assert.deepEqual(world.asked.map((url) => url.slice(7, 11)), ["dc-0", "dc-1", "dc-1"]);
  world.nowMs += 5_000;
  slow.resolve(null);
  await first;
  assert.equal(world.checker.verdictOf("dc", "http://dc-0.test"), "unhealthy");
  // The other one is due 60 s after its last check, 5 s ago.
  assert.equal(world.dueInMs, 55_000);
});

Deno.test("checker: no more at once than allowed, and all of them in the end", async () => {
  let under = 0;
  let most = 0;
  const world = new World({ concurrency: 3 });
  world.reply = async () => {
    most = Math.max(most, ++under);
    await new Promise((resolve) => setTimeout(resolve, 0));
    under--;
    return answer(200);
  };
  world.adopt(dc({}, { endpoints: 10 }));
  await world.checker.runDue();
  assert.equal(most, 3);
  assert.equal(world.verdicts.length, 10);
});

Deno.test("checker: a send that rejects is a failed check", async () => {
  const world = new World();
  world.adopt(dc());
  world.reply = () => Promise.reject(new Error("no route"));
  await world.checker.runDue();
  assert.deepEqual(world.verdicts, ["dc http://dc-0.test unhealthy"]);
});

Deno.test("checker: what stays with the same check keeps its state, the rest begins anew", async () => {
  const world = new World();
  world.adopt(dc({}, { endpoints: 2 }));
  await world.round(null);
  world.nowMs += 1_000;
  world.adopt(dc({}, { endpoints: 1 }));
  assert.equal(world.checker.verdictOf("dc", "http://dc-0.test"), "unhealthy");
  assert.equal(world.checker.verdictOf("dc", "http://dc-1.test"), "unknown");
  assert.equal(world.dueInMs, 59_000);
  assert.deepEqual(world.verdicts.slice(2), ["dc http://dc-1.test unknown"]);
  world.adopt(dc({ path: "/other" }));
  assert.equal(world.verdicts.length, 3);
  assert.equal(world.checker.verdictOf("dc", "http://dc-0.test"), "unknown");
  assert.equal(world.dueInMs, 0);
});

Deno.test("checker: the answer to a check that nobody wants any more is dropped", async () => {
  const world = new World();
  const late = Promise.withResolvers<CheckAnswer | null>();
  world.reply = () => late.promise;
  world.adopt(dc());
  const running = world.checker.runDue();
  // The same endpoint is still there, asked another question.
  world.adopt(dc({ path: "/other" }));
  late.resolve(null);
  await running;
  assert.deepEqual(world.verdicts, []);
  assert.equal(world.checker.verdictOf("dc", "http://dc-0.test"), "unknown");
});

Deno.test("checker: what one remembers, another one goes on with", async () => {
  const [one, other] = [new World(), new World()];
  one.adopt(dc());
  await one.round(answer(200));
  await one.round(null);
  other.adopt(dc());
  other.checker.recall([...one.checker.memory(), {
    cluster: "gone",
    origin: "http://gone.test",
    verdict: "unhealthy",
    streak: 0,
    dueMs: START,
  }]);
  assert.deepEqual(other.checker.memory(), one.checker.memory());
  assert.equal(other.dueInMs, 60_000);
  await other.round(null);
  assert.equal(await other.round(null), "unhealthy");
});

Deno.test("checker: secrets are looked up at each check", async () => {
  let secret = "old";
  const world = new World({ secret: () => secret });
  world.adopt(dc({ headers: [["x-key", { secret: "KEY" }]] }));
  await world.round(answer(200));
  secret = "new";
  await world.round(answer(200));
  assert.deepEqual(world.headers.map((headers) => headers.at(-1)), [["x-key", "old"], [
    "x-key",
    "new",
  ]]);
});

import assert from "node:assert/strict";
import { DecisionRecorder } from "../../src/decision/recorder.ts";
import type { Choice } from "../../src/steer/choose.ts";
import type { MemberShare } from "../../src/steer/shares.ts";
import { forwardPlan, type ForwardSpec, worldOf } from "../support/plans.ts";

const world = worldOf({ a: 1, b: 1 });

const choiceOf = (cluster: number, drawn = cluster): Choice => {
  const chosen = world.upstreams.cluster(cluster);
  const member = forwardPlan(world.clusters, { a: 1, b: 1 }).members[drawn]!;
  return { member, cluster: chosen, endpoint: chosen.endpoints[0]!, drawn };
};

Deno.test("decision recorder: what is in flight when the client is answered was given up", () => {
  let nowMs = 1_000;
  const recorder = new DecisionRecorder(() => nowMs);
  const late = recorder.attempt(choiceOf(0), "first", 0);
  late.sent();
  nowMs = 1_030;
  recorder.answered = "upstream";
  const { attempts } = recorder.decision()!;
  assert.deepEqual(attempts, [
    { cluster: "a", endpoint: 0, cause: "first", atMs: 0, tookMs: 30, outcome: "given-up" },
  ]);
  // It may end all the same, when nobody cares any more.
  late.ended(200);
  assert.equal(recorder.decision()!.attempts![0]!.outcome, "given-up");
});

Deno.test("decision recorder: a clock that is set back takes no time away", () => {
  let nowMs = 1_000;
  const recorder = new DecisionRecorder(() => nowMs);
  const attempt = recorder.attempt(choiceOf(0), "first", 0);
  attempt.sent();
  nowMs = 500;
  attempt.ended("reset");
  recorder.answered = "upstream_reset";
  const { totalMs, attempts } = recorder.decision()!;
  assert.deepEqual([totalMs, attempts![0]!.tookMs], [0, 0]);
});

Deno.test("decision recorder: without an answer there is no decision", () => {
  assert.equal(new DecisionRecorder(() => 0).decision(), null);
});

const half = (cluster: number, weight: number): MemberShare => ({
  weight,
  slices: [{ cluster, level: 0, pool: "healthy", percent: 100 }],
  chain: [cluster],
  panicking: [],
});

for (
  const [spec, sticky, drawn, by] of [
    [{ select: "weight" }, false, 0, "weight"],
    [{ select: "weight" }, true, 0, "sticky"],
    [{ select: "nearest" }, true, 0, "nearest"],
    [{ select: "fastest" }, false, 0, "fastest"],
    [{ select: "fastest" }, false, 1, "exploring"],
  ] as const satisfies readonly (readonly [ForwardSpec, boolean, number, string])[]
) {
  Deno.test(`decision recorder: ${spec.select}, ${sticky ? "with" : "without"} a key, member ${drawn}: ${by}`, () => {
    const recorder = new DecisionRecorder(() => 0);
    recorder.answered = "upstream";
    recorder.drew({
      route: forwardPlan(world.clusters, { a: 1, b: 1 }, spec),
      shares: [half(0, 0.98), half(1, 0.02)],
      sticky,
      cluster: (index) => world.clusters[index]!,
    }, choiceOf(drawn));
    assert.equal(recorder.decision()!.chosen!.by, by);
    assert.deepEqual(recorder.decision()!.shares, { a: 0.98, b: 0.02 });
  });
}

import assert from "node:assert/strict";
import { Steering } from "../../src/steer/steering.ts";
import { forwardPlan, worldOf } from "../support/plans.ts";

Deno.test("shares are computed once for each route and state of health", () => {
  const world = worldOf({ a: 2, b: 2 });
  const steering = new Steering(world.upstreams, () => 0);
  const [one, two] = [
    forwardPlan(world.clusters, { a: 1, b: 1 }),
    forwardPlan(world.clusters, { a: 1 }),
  ];
  const before = steering.shares(one);
  assert.equal(steering.shares(one), before);
  assert.notEqual(steering.shares(two), before);

  world.eject(1_000, "a");
  const after = steering.shares(one);
  assert.notEqual(after, before);
  assert.notDeepEqual(after, before);
  assert.equal(steering.shares(one), after);
});

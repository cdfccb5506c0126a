/** What holds for every policy and every situation; and what real draws give. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { EndpointShare, RouteShares } from "../../src/simulate/shares.ts";
import { simulate, supposedSteering } from "../../src/simulate/simulate.ts";
import { choose } from "../../src/steer/choose.ts";
import { assertShares, seededRandom } from "../support/random.ts";
import { type WhatIf, whatIf } from "./arbitrary.ts";
import { type Scene, scenes } from "./scenes.ts";

const sharesIn = ({ plan, stateOf, from }: WhatIf): RouteShares =>
  simulate(plan, stateOf, from).routes[0]!;

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const near = (a: number, b: number, message: string): void =>
  assert.ok(Math.abs(a - b) < 1e-9, `${message}: ${a} is not ${b}`);

/** Runs `check` on many random what-ifs. */
const always = (check: (shares: RouteShares, asked: WhatIf) => void): void =>
  fc.assert(fc.property(whatIf, (asked) => check(sharesIn(asked), asked)), { numRuns: 1000 });

Deno.test("simulate: shares and what is unserved make 1", () => {
  always(({ clusters, endpoints, unserved }) => {
    near(sum(endpoints.map(({ share }) => share)) + unserved, 1, "endpoints and unserved");
    near(sum(Object.values(clusters)) + unserved, 1, "clusters and unserved");
    for (const { share } of endpoints) assert.ok(share >= 0 && share <= 1);
    assert.ok(unserved >= 0 && unserved <= 1);
    for (const [name, share] of Object.entries(clusters)) {
      const own = endpoints.filter(({ cluster }) => cluster === name);
      near(sum(own.map(({ share }) => share)), share, name);
    }
  });
});

Deno.test("simulate: an unhealthy endpoint has a share in panic only, a draining one never", () => {
  always(({ endpoints, panic }) => {
    for (const { cluster, state, share } of endpoints) {
      if (state === "draining") assert.equal(share, 0);
      if (state === "unhealthy" && !panic.includes(cluster)) assert.equal(share, 0);
    }
  });
});

Deno.test("simulate: without a weight there is no share", () => {
  always(({ endpoints }, { plan }) => {
    for (const { cluster, index, share } of endpoints) {
      const { weight } = plan.clusters.find(({ name }) => name === cluster)!.endpoints[index]!;
      if (weight === 0) assert.equal(share, 0);
    }
  });
});

Deno.test("simulate: without a threshold nobody panics", () => {
  fc.assert(fc.property(whatIf, (asked) => {
    const clusters = asked.plan.clusters.map((cluster) => ({ ...cluster, panicThreshold: 0 }));
    const { panic, endpoints } = sharesIn({ ...asked, plan: { ...asked.plan, clusters } });
    assert.deepEqual(panic, []);
    for (const { state, share } of endpoints) if (state === "unhealthy") assert.equal(share, 0);
  }));
});

Deno.test("simulate: what gets well never lowers its own level's share", () => {
  fc.assert(
    fc.property(whatIf, fc.nat(), (asked, pick) => {
      // Without panic: in panic a level's share comes from its size.
      const clusters = asked.plan.clusters.map((cluster) => ({ ...cluster, panicThreshold: 0 }));
      const before = sharesIn({ ...asked, plan: { ...asked.plan, clusters } });
      const ill = before.endpoints.filter(({ state }) => state === "unhealthy");
      fc.pre(ill.length > 0);
      const well = ill[pick % ill.length]!;
      const after = sharesIn({
        ...asked,
        plan: { ...asked.plan, clusters },
        stateOf: (cluster, endpoint, record) =>
          cluster.name === well.cluster && endpoint.index === well.index
            ? "healthy"
            : asked.stateOf(cluster, endpoint, record),
      });
      const ofLevel = ({ endpoints }: RouteShares): number =>
        sum(endpoints.filter(sameLevel).map(({ share }) => share));
      const sameLevel = ({ cluster, priority }: EndpointShare): boolean =>
        cluster === well.cluster && priority === well.priority;
      // What Envoy's floors to whole percents leave over may move to another level.
      const slack = 0.03;
      const [was, is] = [ofLevel(before), ofLevel(after)];
      assert.ok(is >= was - slack, `${was} fell to ${is}`);
    }),
    { numRuns: 1000 },
  );
});

/** A draw at a time, as requests come: whom the routing code picks. */
function drawn(
  { plan, action, stateOf, from }: Scene,
  shares: RouteShares,
  times: number,
): number[] {
  const random = seededRandom(11);
  const steering = supposedSteering(plan, stateOf, from, random);
  const places = new Map(
    shares.endpoints.map(({ cluster, index }, at) => [`${cluster}/${index}`, at]),
  );
  const counts = new Array<number>(shares.endpoints.length + 1).fill(0);
  const draw = { key: null, random, admit: steering.admit };
  for (let turn = 0; turn < times; turn++) {
    const member = steering.shares(action, from.coordinates);
    const choice = choose(action, member, steering.upstreams, draw);
    const at = typeof choice === "string"
      ? shares.endpoints.length
      : places.get(`${choice.cluster.plan.name}/${choice.endpoint.plan.index}`)!;
    counts[at]!++;
  }
  return counts;
}

for (const scene of scenes) {
  Deno.test(`simulate: 200,000 real draws agree: ${scene.name}`, () => {
    const shares = simulate(scene.plan, scene.stateOf, scene.from).routes[0]!;
    const counts = drawn(scene, shares, 200_000);
    assertShares(counts, [...shares.endpoints.map(({ share }) => share), shares.unserved]);
  });
}

Deno.test("simulate: real draws never meet an endpoint without a share", () => {
  fc.assert(fc.property(whatIf, (asked) => {
    const shares = sharesIn(asked);
    const counts = drawn({ name: "", ...asked }, shares, 200);
    const expected = [...shares.endpoints.map(({ share }) => share), shares.unserved];
    counts.forEach((count, at) => assert.ok(count === 0 || expected[at]! > 0));
  }));
});

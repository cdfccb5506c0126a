import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { callerKey, levelsByCaller } from "../../src/locality/by_caller.ts";
import { effectiveLevels } from "../../src/locality/levels.ts";
import type { Caller } from "../../src/locality/setting.ts";
import { anyCaller, anyEndpoints, anySetting, anywhere, caller, endpoint } from "./support.ts";

Deno.test("levels by caller are what each caller gets when asked alone", () => {
  const callers = fc.array(anyCaller, { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(anyEndpoints, anySetting, callers, (endpoints, setting, callers) => {
      const levelsOf = levelsByCaller(endpoints, setting);
      const results = callers.map((caller) => levelsOf(caller));
      callers.forEach((caller, i) => {
        assert.deepEqual(results[i], effectiveLevels(endpoints, setting, caller));
        assert.equal(results[i], levelsOf(caller));
      });
      for (const a of results) {
        for (const b of results) {
          assert.equal(a === b, JSON.stringify(a) === JSON.stringify(b));
        }
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("levels by caller: a cluster in one place has one result", () => {
  const endpoints = [endpoint("r1/z1"), endpoint("r1/z1")];
  const levelsOf = levelsByCaller(endpoints, { kind: "failover", failover: [] });
  assert.equal(new Set(anywhere(1000).map(levelsOf)).size, 1);
});

Deno.test("levels by caller: results are as many as the places differ", () => {
  // From r1, from r2, from elsewhere.
  const endpoints = [endpoint("r1"), endpoint("r2")];
  const levelsOf = levelsByCaller(endpoints, { kind: "failover", failover: [] });
  assert.equal(new Set(anywhere(1000).map(levelsOf)).size, 3);
});

Deno.test("levels by caller: with a distribution, one result for each rule and one for none", () => {
  const to = [["*", 100]] as const;
  const levelsOf = levelsByCaller(
    [endpoint("r1"), endpoint("r2"), endpoint("r3", { priority: 1 })],
    {
      kind: "distribute",
      distribute: [{ from: "r1", to }, { from: "r2", to: [["r2", 100]] }],
    },
  );
  assert.equal(new Set(anywhere(1000).map(levelsOf)).size, 3);
});

Deno.test("levels by caller: labels that the setting does not name make no difference", () => {
  const endpoints = [
    endpoint("r1", { labels: { tier: "a" } }),
    endpoint("r1", { labels: { tier: "b" } }),
  ];
  const setting = { kind: "failoverPriority", failoverPriority: ["tier"], failover: [] } as const;
  const levelsOf = levelsByCaller(endpoints, setting);
  const of = (labels: Caller["labels"]): unknown => levelsOf(caller("r1", labels));
  assert.equal(of({ tier: "a", id: "1" }), of({ tier: "a", id: "2" }));
  assert.notEqual(of({ tier: "a" }), of({ tier: "b" }));
  assert.equal(of({ tier: "c" }), of({ tier: "d" }));
});

Deno.test("levels by caller: no label at all differs from one that nothing names", () => {
  const endpoints = [
    endpoint("r1", { labels: { version: "v1" } }),
    endpoint("r1", { labels: { version: "v2" } }),
  ];
  const levelsOf = levelsByCaller(endpoints, {
    kind: "failoverPriority",
    failoverPriority: ["version=v1"],
    failover: [],
  });
  assert.deepEqual(levelsOf(caller("")).levelOf, [0, 0]);
  assert.deepEqual(levelsOf(caller("", { id: "1" })).levelOf, [0, 1]);
});

Deno.test("caller key: the same exactly for the same place and labels", () => {
  fc.assert(fc.property(anyCaller, anyCaller, (a, b) => {
    const turned = { ...a, labels: Object.fromEntries(Object.entries(a.labels).toReversed()) };
    assert.equal(callerKey(a), callerKey(turned));
    const [place, other] = [a, b].map(({ locality: { region, zone, subzone }, labels }) => ({
      region,
      zone,
      subzone,
      labels: { ...labels },
    }));
    assert.equal(callerKey(a) === callerKey(b), isDeepStrictEqual(place, other));
  }));
});

Deno.test("caller key: parts do not run into each other", () => {
  assert.notEqual(callerKey(caller("a/b")), callerKey(caller("a", { b: "" })));
  assert.notEqual(
    callerKey({ locality: { region: "a/b", zone: "", subzone: "" }, labels: {} }),
    callerKey(caller("a/b")),
  );
});

/** Tests and simulations are about one thing: what holds between them for every policy. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { explainGate } from "../../routes/explain_gate.ts";
import { runTests } from "../../src/policy_tests/run.ts";
import { supposedBy } from "../../src/policy_tests/supposed.ts";
import { validate } from "../../src/policy/validate.ts";
import { simulate } from "../../src/simulate/simulate.ts";
import { planned, uuid } from "./support.ts";

const NAMES = ["a", "b", "c"];

const clusters = fc.tuple(...NAMES.map((name) =>
  fc.record({
    location: fc.constant("edge"),
    region: fc.constantFrom("eu", "us"),
    coordinates: fc.tuple(fc.integer({ min: -90, max: 90 }), fc.integer({ min: -180, max: 180 })),
    endpoints: fc.integer({ min: 1, max: 3 })
      .map((n) => Array.from({ length: n }, (_, i) => `https://${name}-${i}.test`)),
    loadBalancing: fc.record({
      panicThreshold: fc.constantFrom(0, 50),
      overprovisioning: fc.constantFrom(100, 140),
      locality: fc.constant({}),
    }, { requiredKeys: [] }),
  })
)).map((list) => Object.fromEntries(NAMES.map((name, i) => [name, list[i]!])));

const weights = fc.array(fc.nat({ max: 9 }), { minLength: 3, maxLength: 3 })
  .filter((all) => all.some((weight) => weight > 0))
  .map((all) => Object.fromEntries(NAMES.map((name, i) => [name, all[i]!])));

const action = fc.oneof(
  weights.map((split) => ({ split })),
  fc.constantFrom({ nearest: ["b", "a", "c"] }, { fastest: ["c", "a"] }, { to: "a" }),
);

const mentions = fc.subarray(["a", "b", "c", "a/0", "b/0", "c/0"], { maxLength: 4 });
const given = fc.record({
  down: mentions,
  degraded: mentions,
  drain: fc.subarray(NAMES, { maxLength: 2 }),
}, { requiredKeys: [] });
const from = fc.constantFrom(
  undefined,
  "region=eu",
  { region: "us", latitude: 10, longitude: -20.5 },
);

const asked = fc.record({
  clusters,
  action,
  failover: fc.option(fc.subarray(NAMES), { nil: undefined }),
  given,
  from,
});

Deno.test("policy tests: the shares of a simulation, written as expectations, always pass", async () => {
  await fc.assert(
    fc.asyncProperty(asked, async ({ clusters, action, failover, given, from }) => {
      const route = { name: "r", ...action, ...(failover && { failover }) };
      const policy = { clusters, routes: [route] };
      const test = {
        name: "t",
        request: { url: "https://shop.test/" },
        given,
        ...(from && { from }),
      };
      const { plan } = planned(policy);
      const supposed = supposedBy(plan, test);
      assert.ok(supposed.ok);
      const { stateOf, viewpoint } = supposed.value;
      const shares = simulate(plan, stateOf, viewpoint).routes[0]!.clusters;
      const tests = [{ ...test, expect: { route: "r", clusters: shares } }];
      const report = await runTests({
        ...planned({ ...policy, tests }),
        gate: explainGate,
        uuid,
      });
      assert.equal(report.tests[0]!.detail, "");
    }),
    { numRuns: 300 },
  );
});

Deno.test("policy tests: other weights fail", async () => {
  const total = (split: Record<string, number>): number =>
    Object.values(split).reduce((sum, weight) => sum + weight, 0);
  await fc.assert(fc.asyncProperty(clusters, weights, weights, async (clusters, was, is) => {
    const shares = Object.fromEntries(NAMES.map((name) => [name, was[name]! / total(was)]));
    const same = NAMES.every((name) => Math.abs(shares[name]! - is[name]! / total(is)) < 1e-5);
    const test = {
      name: "t",
      request: { url: "https://shop.test/" },
      expect: { clusters: shares },
    };
    const { tests, plan } = planned({
      clusters,
      routes: [{ name: "r", split: is }],
      tests: [test],
    });
    const { failed } = await runTests({ tests, plan, gate: explainGate, uuid });
    assert.equal(failed, same ? 0 : 1);
  }));
});

/** Near to what is right, and just beside it. */
const mention = fc.oneof(
  fc.constantFrom(...NAMES),
  fc.tuple(
    fc.constantFrom("a", "b", "x"),
    fc.constantFrom("", "0", "1", "00", "1.0", "-0", "9", "1e0"),
  )
    .map(([name, index]) => `${name}/${index}`),
);
const key = fc.constantFrom(
  "region",
  "zone",
  "subzone",
  "latitude",
  "longitude",
  "country",
  "ip",
  "v",
);
const word = fc.oneof(
  fc.constantFrom("eu", "DE", "xx", "T1", "1", "-90", "90.0", "1e1", "+5", "181", "", " eu "),
  fc.constantFrom("10.0.0.1", "01.2.3.4", "::1", "::ffff:1.2.3.4", "1::2::3", "a:b:c", "10.1"),
  fc.string({ maxLength: 5 }),
);
const place = fc.oneof(
  fc.dictionary(key, fc.oneof(word, fc.double({ noNaN: true, min: -200, max: 200 }))),
  fc.array(fc.tuple(key, word).map(([key, word]) => `${key}=${word}`)).map((all) => all.join()),
);

Deno.test("policy tests: what validation lets pass can be supposed", () => {
  let valid = 0;
  fc.assert(
    fc.property(
      fc.array(mention, { maxLength: 2 }),
      fc.array(mention, { maxLength: 1 }),
      place,
      (down, drain, from) => {
        const policy = {
          clusters: Object.fromEntries(NAMES.map((name) => [name, {
            location: "edge",
            endpoints: ["https://x.test", "https://y.test"],
          }])),
          routes: [{ name: "r", split: { a: 1, b: 1, c: 1 } }],
          tests: [{
            name: "t",
            request: { url: "https://shop.test/" },
            from,
            given: { down, drain },
            expect: { route: "r" },
          }],
        };
        if (validate(JSON.stringify(policy)).policy === null) return;
        valid++;
        const { plan, tests } = planned(policy);
        const supposed = supposedBy(plan, tests[0]!);
        assert.ok(supposed.ok, supposed.ok ? "" : supposed.problem);
      },
    ),
    { numRuns: 3000 },
  );
  assert.ok(valid > 100, `${valid} were valid`);
});

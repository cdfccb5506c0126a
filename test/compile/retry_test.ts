import assert from "node:assert/strict";
import { compileHedge, compileRetry } from "../../src/compile/retry.ts";
import type { RetryPlan } from "../../src/plan/plan.ts";
import type { PolicyRetry } from "../../src/policy/schema/policy.ts";

const usual: RetryPlan = {
  attempts: 2,
  on: { connectFailure: true, reset: true, statuses: new Set([502, 503, 504]) },
  methods: new Set(),
  perTryTimeoutMs: null,
  backoffBaseMs: 25,
  backoffMaxMs: 250,
  maxBodyBytes: 65_536,
};

Deno.test("retry: what happens if nobody says anything", () => {
  assert.deepEqual(compileRetry(), usual);
  assert.deepEqual(compileRetry({}, {}), usual);
});

Deno.test("retry: the route's fields win, the others come from defaults", () => {
  const defaults: PolicyRetry = {
    attempts: 5,
    methods: ["POST", "PATCH"],
    perTryTimeout: "2s",
    backoff: { base: "10ms", max: "1s" },
  };
  const route: PolicyRetry = { attempts: 0, backoff: { base: "100ms" }, maxBody: "1MiB" };
  assert.deepEqual(compileRetry(defaults, route), {
    ...usual,
    attempts: 0,
    methods: new Set(["POST", "PATCH"]),
    perTryTimeoutMs: 2000,
    backoffBaseMs: 100,
    backoffMaxMs: 1000,
    maxBodyBytes: 1_048_576,
  });
});

Deno.test("retry: a route's methods take the place of the defaults'", () => {
  const methods = (route: PolicyRetry): string[] => [
    ...compileRetry({ methods: ["POST"] }, route).methods,
  ];
  assert.deepEqual(methods({}), ["POST"]);
  assert.deepEqual(methods({ methods: ["PATCH"] }), ["PATCH"]);
  assert.deepEqual(methods({ methods: [] }), []);
});

const hedges: readonly [
  ...Parameters<typeof compileHedge>,
  want: ReturnType<typeof compileHedge>,
][] = [
  [undefined, undefined, null],
  [undefined, false, null],
  [undefined, { after: "200ms" }, { afterMs: 200, max: 1 }],
  [{ after: "1s" }, undefined, { afterMs: 1000, max: 1 }],
  [{ after: "1s", max: 3 }, { after: "2s" }, { afterMs: 2000, max: 3 }],
  [{ after: "1s", max: 3 }, { after: "2s", max: 2 }, { afterMs: 2000, max: 2 }],
  [{ after: "1s", max: 3 }, false, null],
];
for (const [defaults, route, want] of hedges) {
  Deno.test(`hedge: ${JSON.stringify(route)} over ${JSON.stringify(defaults)}`, () => {
    assert.deepEqual(compileHedge(defaults, route), want);
  });
}

Deno.test("retry: the longest wait is 10 times the base unless set", () => {
  assert.equal(compileRetry({ backoff: { base: "40ms" } }).backoffMaxMs, 400);
});

const all5xx = Array.from({ length: 100 }, (_, i) => 500 + i);
const conditions: readonly [PolicyRetry["on"] & object, boolean, boolean, number[]][] = [
  [[], false, false, []],
  [["connect-failure"], true, false, []],
  [["reset"], true, true, []],
  [["gateway-error"], true, true, [502, 503, 504]],
  [["5xx"], true, true, all5xx],
  [["retriable-4xx"], false, false, [409]],
  [[503, 429], false, false, [503, 429]],
  [["connect-failure", 503, "gateway-error"], true, true, [503, 502, 504]],
];
for (const [on, connectFailure, reset, statuses] of conditions) {
  Deno.test(`retry: on ${JSON.stringify(on)}`, () => {
    assert.deepEqual(compileRetry({}, { on }).on, {
      connectFailure,
      reset,
      statuses: new Set(statuses),
    });
  });
}

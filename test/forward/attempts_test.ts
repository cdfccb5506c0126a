import assert from "node:assert/strict";
import type { CircuitBreakerPlan } from "../../src/plan/resilience.ts";
import { plainHealthCheck } from "../support/plans.ts";
import type { Reply } from "../support/platform.ts";
import { settle } from "../support/timers.ts";
import { type Fixture, seen, setUp } from "./fixture.ts";

const breaker = (
  maxRequests: number,
  retries: Partial<{ max: number }> = {},
): CircuitBreakerPlan => ({
  maxRequests,
  retries: { kind: "max", max: retries.max ?? 3 },
});

const vitals = ({ world }: Fixture, cluster = 0): { firstTries: number; retries: number } =>
  world.upstreams.cluster(cluster).vitals.breaker;

Deno.test("circuit breaker: a full cluster answers at once, and nobody else gets the request", async () => {
  const fixture = setUp({
    clusters: { a: { breaker: breaker(1) }, b: 1 },
    split: { a: 1 },
    route: { failover: ["b"] },
    script: ["silence"],
  });
  const first = fixture.run();
  await settle();
  assert.equal(seen(await fixture.run()), "circuit_open");
  assert.deepEqual(fixture.asked(), ["a-0"]);
  fixture.exchange.leave();
  assert.equal(seen(await first), "client_gone");
  assert.deepEqual(vitals(fixture), { firstTries: 0, retries: 0 });
});

interface RetryRow {
  readonly name: string;
  readonly retries: CircuitBreakerPlan["retries"];
  /** First tries of others in flight. */
  readonly inFlight: number;
  readonly want: number;
}
// One retry is asked for, when the try before it has left.
const retryRows: readonly RetryRow[] = [
  { name: "max 1", retries: { kind: "max", max: 1 }, inFlight: 0, want: 200 },
  { name: "max 0", retries: { kind: "max", max: 0 }, inFlight: 0, want: 503 },
  {
    name: "budget: 1 of 5 is 20 %",
    retries: { kind: "budget", percent: 20, minConcurrency: 0 },
    inFlight: 5,
    want: 200,
  },
  {
    name: "budget: 1 of 4 is 25 %",
    retries: { kind: "budget", percent: 20, minConcurrency: 0 },
    inFlight: 4,
    want: 503,
  },
  {
    name: "budget: the least that is always allowed",
    retries: { kind: "budget", percent: 20, minConcurrency: 1 },
    inFlight: 0,
    want: 200,
  },
];
for (const { name, retries, inFlight, want } of retryRows) {
  Deno.test(`circuit breaker: retries, ${name}`, async () => {
    const replies: Reply[] = [...new Array<Reply>(inFlight).fill("silence"), 503, 200];
    const fixture = setUp({
      clusters: { a: { endpoints: 2, breaker: { maxRequests: 100, retries } } },
      script: replies,
    });
    const others = Array.from({ length: inFlight }, () => fixture.run());
    await settle();
    assert.equal(seen(await fixture.run()), want);
    assert.deepEqual(vitals(fixture), { firstTries: inFlight, retries: 0 });
    fixture.exchange.leave();
    await Promise.all(others);
    assert.deepEqual(vitals(fixture), { firstTries: 0, retries: 0 });
  });
}

Deno.test("circuit breaker: what a refused retry leaves is handed on, not thrown away", async () => {
  const fixture = setUp({
    clusters: { a: { endpoints: 2, breaker: breaker(10, { max: 0 }) } },
    script: [503, 200],
  });
  assert.equal(seen(await fixture.run()), 503);
  assert.equal(fixture.platform.answers[0]!.discarded, false);
});

Deno.test("circuit breaker: a retry counts while it waits, and leaves with its client", async () => {
  const fixture = setUp({
    clusters: { a: { endpoints: 2, breaker: breaker(10) } },
    script: [503, 200],
    retry: { backoffBaseMs: 100 },
  });
  fixture.platform.random = () => 0.5;
  const running = fixture.run();
  await settle();
  assert.deepEqual(vitals(fixture), { firstTries: 0, retries: 1 });
  fixture.exchange.leave();
  assert.equal(seen(await running), "client_gone");
  assert.deepEqual(vitals(fixture), { firstTries: 0, retries: 0 });
});

Deno.test("circuit breaker: a retry in another cluster has its place there", async () => {
  const fixture = setUp({
    clusters: { a: { breaker: breaker(1) }, b: { breaker: breaker(1) } },
    split: { a: 1 },
    route: { failover: ["b"] },
    script: { "http://a-0.test": [503], "http://b-0.test": ["silence"] },
  });
  const running = fixture.run();
  await settle();
  assert.deepEqual(vitals(fixture, 0), { firstTries: 0, retries: 0 });
  assert.deepEqual(vitals(fixture, 1), { firstTries: 0, retries: 1 });
  fixture.exchange.leave();
  await running;
});

for (const header of ["x-limen-overloaded", "x-envoy-overloaded", "x-envoy-ratelimited"]) {
  Deno.test(`an answer with ${header} is not tried again`, async () => {
    const fixture = setUp({
      script: [() => Promise.resolve(fixture.platform.answer(503, { [header]: "true" })), 200],
    });
    assert.equal(seen(await fixture.run()), 503);
    assert.equal(fixture.platform.sent.length, 1);
  });
}

interface MethodRow {
  readonly method: string;
  readonly methods: readonly string[];
  readonly reply: Reply;
  readonly tries: number;
}
const methodRows: readonly MethodRow[] = [
  { method: "POST", methods: [], reply: 503, tries: 1 },
  { method: "POST", methods: ["POST"], reply: 503, tries: 2 },
  { method: "POST", methods: ["POST"], reply: "reset", tries: 2 },
  { method: "PATCH", methods: ["POST"], reply: 503, tries: 1 },
  { method: "GET", methods: ["POST"], reply: 503, tries: 2 },
];
for (const { method, methods, reply, tries } of methodRows) {
  Deno.test(`${method} after ${reply}, with ${methods.join() || "nothing"} opted in`, async () => {
    const fixture = setUp({
      exchange: { method },
      script: [reply as Reply, 200],
      retry: { methods: new Set(methods) },
    });
    await fixture.run();
    assert.equal(fixture.platform.sent.length, tries);
    const isIdempotent = method === "GET" || methods.includes(method);
    assert.equal(fixture.platform.sent[0]!.idempotent, isIdempotent);
  });
}

interface RestRow {
  readonly name: string;
  readonly retryAfter: string;
  readonly endpoints: number;
  readonly timeoutMs: number | null;
  /** When the second try is sent; `null`: never. */
  readonly want: number | null;
}
const restRows: readonly RestRow[] = [
  { name: "seconds are waited for", retryAfter: "2", endpoints: 1, timeoutMs: null, want: 2_000 },
  { name: "nonsense is no wish", retryAfter: "soon", endpoints: 1, timeoutMs: null, want: 0 },
  {
    name: "beyond the timeout: here, never",
    retryAfter: "2",
    endpoints: 1,
    timeoutMs: 1_000,
    want: null,
  },
  {
    name: "beyond the timeout: elsewhere, now",
    retryAfter: "2",
    endpoints: 2,
    timeoutMs: 1_000,
    want: 0,
  },
];
for (const { name, retryAfter, endpoints, timeoutMs, want } of restRows) {
  Deno.test(`Retry-After: ${name}`, async () => {
    const fixture = setUp({
      clusters: { a: endpoints },
      route: { timeoutMs },
      script: [
        () => Promise.resolve(fixture.platform.answer(503, { "retry-after": retryAfter })),
        200,
      ],
    });
    const startedMs = fixture.platform.now();
    const running = fixture.run();
    await settle();
    if (want !== null) await fixture.platform.clock.advance(want);
    assert.equal(seen(await running), want === null ? 503 : 200);
    assert.equal((fixture.platform.sent[1]?.atMs ?? NaN) - startedMs, want ?? NaN);
  });
}

Deno.test("capacity: a full cluster's request goes on to the failover cluster", async () => {
  const fixture = setUp({
    clusters: { a: { capacity: 1 }, b: 1 },
    split: { a: 1 },
    route: { failover: ["b"] },
    admit: ({ name }) => name !== "a",
  });
  assert.equal(seen(await fixture.run()), 200);
  assert.deepEqual(fixture.asked(), ["b-0"]);
});

Deno.test("capacity: with nowhere to go it is over_capacity", async () => {
  const fixture = setUp({
    clusters: { a: { capacity: 1 } },
    route: { failover: [] },
    admit: () => false,
  });
  assert.equal(seen(await fixture.run()), "over_capacity");
  assert.deepEqual(fixture.asked(), []);
});

Deno.test("capacity: a retry needs room too", async () => {
  let room = 1;
  const fixture = setUp({
    clusters: { a: { endpoints: 2, capacity: 1 } },
    script: [503, 200],
    admit: () => room-- > 0,
  });
  assert.equal(seen(await fixture.run()), 503);
  assert.equal(fixture.platform.sent.length, 1);
});

for (const checked of [true, false]) {
  Deno.test(`an endpoint says that it is out, ${checked ? "" : "not "}checked`, async () => {
    const fixture = setUp({
      clusters: { a: { endpoints: 2, healthCheck: checked ? plainHealthCheck : null } },
      script: [
        () =>
          Promise.resolve(
            fixture.platform.answer(200, { "x-envoy-immediate-health-check-fail": "true" }),
          ),
      ],
    });
    assert.equal(seen(await fixture.run()), 200);
    const { endpoints } = fixture.world.upstreams.cluster(0);
    assert.deepEqual(
      endpoints.map(({ state }) => state).sort(),
      checked ? ["excluded", "healthy"] : ["healthy", "healthy"],
    );
    assert.equal(fixture.world.registry.takeTakenOut().length, checked ? 1 : 0);
  });
}

/** An endpoint that fails leaves and returns on time; one that hangs holds nobody up. */
import assert from "node:assert/strict";
import { oneCluster } from "../e2e/support/policies.ts";
import { suite } from "../e2e/support/suite.ts";
import { ask, pause, perSecond, type Request, startLoad, tally, volley } from "./support/load.ts";
import { startOrigins, urlsOf } from "./support/origin.ts";

const EJECTION_MS = 1_000;
/** Two clocks that count whole milliseconds. */
const ROUNDING_MS = 2;
const CONSECUTIVE = 5;

const PER_TRY_MS = 200;
const ATTEMPTS = 2;
const TIMEOUT_MS = 3_000;
const HASTY = {
  timeout: `${TIMEOUT_MS}ms`,
  retry: { attempts: ATTEMPTS, perTryTimeout: `${PER_TRY_MS}ms` },
};
/** Health changes nothing. */
const CALM = { outlierDetection: false };

suite("chaos: endpoints that fail and hang", {
  "a failing endpoint gets nothing for one ejection time, and traffic right after it": async (
    gateway,
  ) => {
    await using origins = await startOrigins("aws", 3);
    const bad = origins[0]!;
    const outlierDetection = {
      consecutive5xx: CONSECUTIVE,
      baseEjectionTime: `${EJECTION_MS}ms`,
      maxEjectionPercent: 34,
    };
    const cluster = { outlierDetection, loadBalancing: { panicThreshold: 0 } };
    await gateway.push(oneCluster(urlsOf(origins), { retry: { attempts: 0 } }, cluster));
    const concurrency = 3;
    const load = startLoad(gateway.url, { concurrency, everyMs: 15 });
    await pause(100);
    await bad.behave({ kind: "status", status: 500, afterMs: 0 });
    const failures = (): number => load.answers.filter(({ status }) => status === 500).length;
    while (failures() < CONSECUTIVE) await pause(1);
    await bad.behave({ kind: "ok" });
    const seen = load.answers.filter(({ status }) => status === 500)[CONSECUTIVE - 1]!.endedMs;
    const after = (ms: number): typeof load.answers =>
      load.answers.filter(({ startedMs }) => startedMs > ms);
    // By turns: of any three picks after the return, one is the endpoint's.
    while (after(seen + EJECTION_MS).length < origins.length) await pause(5);
    const answers = await load.stop();

    const { "500 aws-0": failed = 0, ...rest } = tally(answers);
    assert.deepEqual(Object.keys(rest).sort(), ["200 aws-0", "200 aws-1", "200 aws-2"]);
    // Those on their way when the fifth failure came back.
    assert.ok(failed < CONSECUTIVE + concurrency, `${failed} failures`);
    // The ejection began between the fifth failure's arrival there and the client's sight of it.
    const fifth = bad.arrivals.filter(({ met }) => met === "status")[CONSECUTIVE - 1]!.atMs;
    const later = new Set(after(seen).map(({ id }) => id));
    const back = bad.arrivals.find(({ id }) => later.has(id))?.atMs ?? Infinity;
    assert.ok(back >= fifth + EJECTION_MS - ROUNDING_MS, `back after ${back - fifth} ms`);
    const ends = after(seen + EJECTION_MS).map(({ endedMs }) => endedMs).sort((a, b) => a - b);
    const latest = ends[origins.length - 1]!;
    assert.ok(back <= latest, `back ${back - latest} ms too late\n${perSecond(answers)}`);
  },

  "where one of two endpoints hangs, every request is answered in time": async (gateway, t) => {
    const requests: Readonly<Record<string, Request>> = {
      GET: { path: "/", method: "GET" },
      PUT: { path: "/", method: "PUT", body: "small" },
    };
    for (const [method, request] of Object.entries(requests)) {
      for (const trouble of ["hang", "freeze"] as const) {
        await t.step(`${method}, ${trouble}`, async () => {
          await using origins = await startOrigins("aws", 2);
          await gateway.push(oneCluster(urlsOf(origins), HASTY, CALM));
          if (trouble === "hang") await origins[0]!.behave({ kind: "hang" });
          else origins[0]!.freeze();
          const answers = await Promise.all(volley(gateway.url, 40, request));
          assert.deepEqual(tally(answers), { "200 aws-1": 40 });
          const slowest = Math.max(...answers.map(({ startedMs, endedMs }) => endedMs - startedMs));
          assert.ok(slowest >= PER_TRY_MS - ROUNDING_MS && slowest < TIMEOUT_MS, `${slowest} ms`);
        });
      }
    }
  },

  "where every endpoint hangs, the client is told in time, and a POST is sent once": async (
    gateway,
  ) => {
    await using origins = await startOrigins("aws", 3);
    await gateway.push(oneCluster(urlsOf(origins), HASTY, CALM));
    for (const origin of origins) await origin.behave({ kind: "hang" });
    const rows = [
      { request: { path: "/", method: "GET" }, tries: ATTEMPTS + 1 },
      { request: { path: "/", method: "POST", body: "order" }, tries: 1 },
    ];
    for (const { request, tries } of rows) {
      const answers = await Promise.all(volley(gateway.url, 20, request));
      assert.deepEqual(tally(answers), { "504 upstream_timeout": 20 });
      for (const { id, startedMs, endedMs } of answers) {
        const tookMs = endedMs - startedMs;
        assert.ok(
          tookMs >= tries * PER_TRY_MS - ROUNDING_MS && tookMs < TIMEOUT_MS,
          `${tookMs} ms`,
        );
        const got = origins.map(({ arrivals }) => arrivals.filter((one) => one.id === id).length);
        // Each try at another endpoint.
        assert.equal(got.filter((count) => count === 1).length, tries, `${request.method} ${got}`);
        assert.equal(got.filter((count) => count > 1).length, 0, `${request.method} ${got}`);
      }
    }
  },

  "the route's timeout ends what no try's own does": async (gateway) => {
    await using origins = await startOrigins("aws", 2);
    await gateway.push(oneCluster(urlsOf(origins), { timeout: "300ms" }, CALM));
    for (const origin of origins) await origin.behave({ kind: "hang" });
    const answer = await ask(gateway.url);
    assert.equal(answer.said, "504 upstream_timeout");
    assert.ok(answer.endedMs - answer.startedMs >= 300 - ROUNDING_MS);
  },
});

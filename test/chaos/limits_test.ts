/** What keeps a cluster in distress from getting more than it can bear, and takes one out on demand. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { ADMIN_TOKEN } from "../e2e/support/gateway.ts";
import { oneCluster } from "../e2e/support/policies.ts";
import { suite } from "../e2e/support/suite.ts";
import { request } from "../e2e/support/wire.ts";
import { type Answer, pause, perSecond, startLoad, tally, volley } from "./support/load.ts";
import { type Origin, type Origins, startOrigins, urlsOf } from "./support/origin.ts";

const CALM = { outlierDetection: false };

type Fields = Readonly<Record<string, unknown>>;

const chain = (near: Origins, far: Origins, cluster: Fields, route: Fields = {}): unknown => ({
  clusters: {
    near: { location: "public", endpoints: urlsOf(near), ...CALM, ...cluster },
    far: { location: "public", endpoints: urlsOf(far), ...CALM },
  },
  routes: [{ name: "all", to: "near", failover: ["far"], ...route }],
});

/** Requests that the origins got of those that clients sent. */
function triesOf(answers: readonly Answer[], origins: readonly Origin[]): number {
  const ids = new Set(answers.map(({ id }) => id));
  return origins.flatMap(({ arrivals }) => arrivals).filter(({ id }) => ids.has(id)).length;
}

const BROWN_OUT = { kind: "status", status: 503, afterMs: 50 } as const;
const ATTEMPTS = 3;
const PERCENT = 20;
const MIN_CONCURRENCY = 1;

const MAX_REQUESTS = 4;
const CLIENTS = 32;
const TIMEOUT_MS = 2_000;

async function order(gateway: string, what: "drain" | "undrain"): Promise<void> {
  const response = await fetch(`${gateway}/_limen/clusters/near/${what}`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  const text = await response.text();
  assert.ok(response.ok, `${response.status} ${text}`);
}

suite("chaos: limits", {
  "without a budget, a brown-out is multiplied": async (gateway) => {
    await using origins = await startOrigins("aws", 2);
    await gateway.push(oneCluster(urlsOf(origins), { retry: { attempts: ATTEMPTS } }, CALM));
    for (const origin of origins) await origin.behave(BROWN_OUT);
    const answers = await Promise.all(volley(gateway.url, 8));
    assert.equal(triesOf(answers, origins), 8 * (ATTEMPTS + 1));
  },

  "a retry budget holds in a brown-out": async (gateway) => {
    await using origins = await startOrigins("aws", 2);
    const retryBudget = { percent: PERCENT, minConcurrency: MIN_CONCURRENCY };
    const cluster = { ...CALM, circuitBreaker: { retryBudget } };
    // A retry's wait counts as its time, too: a short one makes the harder case.
    const retry = { attempts: ATTEMPTS, backoff: { base: "2ms" } };
    await gateway.push(oneCluster(urlsOf(origins), { retry }, cluster));
    for (const origin of origins) await origin.behave(BROWN_OUT);
    const load = startLoad(gateway.url, { concurrency: 16 });
    await pause(300);
    const warmMs = Date.now();
    await pause(1_500);
    const answers = (await load.stop()).filter(({ startedMs }) => startedMs >= warmMs);
    assert.deepEqual(Object.keys(tally(answers)).sort(), ["503 aws-0", "503 aws-1"]);
    const tries = triesOf(answers, origins);
    // Retries are at most a fifth of the first tries in flight, and take no less time than these,
    // so they are at most a fifth of their number too. (MIN_CONCURRENCY matters below 5 in flight.)
    const most = (1 + PERCENT / 100) * answers.length + MIN_CONCURRENCY;
    assert.ok(tries <= most, `${tries} tries of ${answers.length} requests`);
    // Of 16, 13 first tries leave room for 2 retries: some 15 %.
    assert.ok(tries >= 1.03 * answers.length, `${tries} tries of ${answers.length} requests`);
  },

  "a full circuit breaker turns away exactly the surplus, again and again, and spills nothing":
    async (gateway, t) => {
      await using near = await startOrigins("near", 1);
      await using far = await startOrigins("far", 1);
      const [origin, elsewhere] = [near[0]!, far[0]!];
      const circuitBreaker = { maxRequests: MAX_REQUESTS };
      const route = { timeout: `${TIMEOUT_MS}ms`, retry: { attempts: 0 } };
      await gateway.push(chain(near, far, { circuitBreaker }, route));
      // However the requests that fill it end, their places are free for the next ones.
      const endings = {
        "those inside are answered": { end: () => origin.release(), said: "200 near-0" },
        "those inside take too long": { end: () => {}, said: "504 upstream_timeout" },
        "those inside are reset": { end: () => origin.kill(), said: "502 upstream_reset" },
      };
      for (const [what, { end, said }] of Object.entries(endings)) {
        await t.step(what, async () => {
          const before = origin.arrivals.length;
          await origin.behave({ kind: "hang" });
          const got: Answer[] = [];
          const all = volley(gateway.url, CLIENTS).map(async (answer) => got.push(await answer));
          // None of those inside can be among them.
          while (got.length < CLIENTS - MAX_REQUESTS) await pause(5);
          while (origin.arrivals.length - before < MAX_REQUESTS) await pause(5);
          assert.deepEqual(tally(got), { "503 circuit_open": CLIENTS - MAX_REQUESTS });
          await end();
          await Promise.all(all);
          const { "503 circuit_open": refused, ...inside } = tally(got);
          assert.equal(refused, CLIENTS - MAX_REQUESTS);
          assert.deepEqual(inside, { [said]: MAX_REQUESTS });
          for (const { status, headers } of got) {
            assert.equal(headers.get("x-limen-overloaded"), status === 503 ? "true" : null);
          }
          assert.equal(origin.arrivals.length - before, MAX_REQUESTS);
          assert.equal(elsewhere.arrivals.length, 0);
        });
      }
    },

  "an origin behind a circuit breaker never sees more at once": async (gateway) => {
    await using near = await startOrigins("near", 1);
    await using far = await startOrigins("far", 1);
    const circuitBreaker = { maxRequests: MAX_REQUESTS };
    await gateway.push(chain(near, far, { circuitBreaker }));
    await near[0]!.behave({ kind: "slow", fromMs: 20, toMs: 60 });
    const load = startLoad(gateway.url, { concurrency: 12, everyMs: 20 });
    await pause(800);
    const answers = await load.stop();
    const { "200 near-0": served = 0, "503 circuit_open": refused = 0, ...other } = tally(answers);
    assert.deepEqual(other, {}, perSecond(answers));
    assert.ok(served > 20 && refused > 20, `${served} served, ${refused} refused`);
    assert.equal(near[0]!.mostInFlight, MAX_REQUESTS);
    assert.equal(near[0]!.arrivals.length, served);
  },

  "a cluster drained under load finishes what it has and gets nothing new": async (gateway) => {
    // The contract's: how soon a drain is in force.
    const limitMs = gateway.runtime === "deno" ? 1_000 : 5_000;
    await using near = await startOrigins("near", 2);
    await using far = await startOrigins("far", 1);
    await gateway.push(chain(near, far, {}));
    await near[0]!.behave({ kind: "hang" });
    const waiting = volley(gateway.url, 6);
    while (near[0]!.arrivals.length < 3) await pause(5);
    await near[0]!.behave({ kind: "ok" });

    const load = startLoad(gateway.url, { concurrency: 8, everyMs: 20 });
    const arrivals = (): number => near.reduce((sum, one) => sum + one.arrivals.length, 0);
    await pause(200);
    await order(gateway.url, "drain");
    const drainedMs = Date.now();
    let [last, lastMs] = [arrivals(), Date.now()];
    while (Date.now() - lastMs < 400) {
      await pause(10);
      if (arrivals() > last) [last, lastMs] = [arrivals(), Date.now()];
      assert.ok(lastMs - drainedMs <= limitMs, "still gets requests");
    }
    await near[0]!.release();
    assert.deepEqual(Object.keys(tally(await Promise.all(waiting))).sort(), [
      "200 near-0",
      "200 near-1",
    ]);

    await order(gateway.url, "undrain");
    const undrainedMs = Date.now();
    while (arrivals() === last) {
      await pause(10);
      assert.ok(Date.now() - undrainedMs <= limitMs, "gets no requests again");
    }
    const answers = await load.stop();
    assert.deepEqual(Object.keys(tally(answers)).sort(), [
      "200 far-0",
      "200 near-0",
      "200 near-1",
    ], perSecond(answers));
  },

  "a client that leaves gives its place back": async (gateway, t) => {
    for (const leave of ["close", "reset"] as const) {
      await t.step(leave, async () => {
        await using near = await startOrigins("near", 1);
        await using far = await startOrigins("far", 1);
        const circuitBreaker = { maxRequests: MAX_REQUESTS };
        const route = { timeout: `${TIMEOUT_MS}ms` };
        await gateway.push(chain(near, far, { circuitBreaker }, route));
        await near[0]!.behave({ kind: "hang" });
        const clients = await Promise.all(
          Array.from({ length: MAX_REQUESTS }, () => request(gateway.port, "GET / HTTP/1.1\n")),
        );
        while (near[0]!.arrivals.length < MAX_REQUESTS) await pause(5);
        await near[0]!.behave({ kind: "ok" });
        for (const client of clients) client[leave]();
        // The local workerd sees no plain close: there, the timeout ends such a request.
        const leftMs = Date.now();
        const served = { "200 near-0": MAX_REQUESTS };
        while (true) {
          const answers = tally(await Promise.all(volley(gateway.url, MAX_REQUESTS)));
          if (isDeepStrictEqual(answers, served)) break;
          assert.ok(Date.now() - leftMs < 2 * TIMEOUT_MS, JSON.stringify(answers));
          await pause(20);
        }
      });
    }
  },
});

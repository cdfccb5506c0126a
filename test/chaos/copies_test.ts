/** Requests that are sent more than once on purpose: hedges, which help, and mirrors, which must not hurt. */
import assert from "node:assert/strict";
import { oneCluster } from "../e2e/support/policies.ts";
import { suite } from "../e2e/support/suite.ts";
import { assertCalm } from "./support/calm.ts";
import {
  type Answer,
  pause,
  percentileMs,
  perSecond,
  type Request,
  startLoad,
  tally,
  volley,
} from "./support/load.ts";
import { startOrigins, urlsOf } from "./support/origin.ts";

const CALM = { outlierDetection: false };
const TIMEOUT_MS = 3_000;
const HEDGE_MS = 100;
const ROUNDING_MS = 2;
const HEDGED = {
  timeout: `${TIMEOUT_MS}ms`,
  retry: { attempts: 2 },
  hedge: { after: `${HEDGE_MS}ms`, max: 1 },
};

const PERCENT = 25;
const POST: Request = { path: "/", method: "POST", body: "order" };

const tookMs = ({ startedMs, endedMs }: Answer): number => endedMs - startedMs;

suite("chaos: copies", {
  "hedges keep the tail short, and nothing else is sent twice": async (gateway) => {
    await using origins = await startOrigins("aws", 2);
    await gateway.push(oneCluster(urlsOf(origins), HEDGED, CALM));
    // A tenth of all requests.
    await origins[0]!.behave({ kind: "hang" }, 5);
    const load = startLoad(gateway.url, { concurrency: 16, everyMs: 40 });
    await pause(1_500);
    const answers = await load.stop();
    assert.deepEqual(Object.keys(tally(answers)).sort(), ["200 aws-0", "200 aws-1"]);
    assert.ok(percentileMs(answers, 99) < TIMEOUT_MS / 3, `p99 ${percentileMs(answers, 99)} ms`);

    await assertCalm(gateway);
    const deliveries = Map.groupBy(origins.flatMap(({ arrivals }) => arrivals), ({ id }) => id);
    const hung = [...deliveries].filter(([, some]) => some.some(({ met }) => met === "hang"));
    assert.ok(hung.length > answers.length / 20, `${hung.length} of ${answers.length} hung`);
    for (const answer of answers) {
      const { length } = deliveries.get(answer.id)!;
      assert.ok(length <= 2, `delivered ${length} times`);
      // A hedge comes after the wait, so a request that has one took at least so long.
      if (length === 2) assert.ok(tookMs(answer) >= HEDGE_MS - ROUNDING_MS, `${tookMs(answer)} ms`);
    }
  },

  "a POST is not hedged": async (gateway) => {
    await using origins = await startOrigins("aws", 2);
    await gateway.push(oneCluster(urlsOf(origins), HEDGED, CALM));
    for (const origin of origins) await origin.behave({ kind: "hang" });
    const waiting = volley(gateway.url, 6, POST);
    await pause(3 * HEDGE_MS);
    for (const origin of origins) await origin.release();
    assert.deepEqual(tally(await Promise.all(waiting)), { "200 aws-0": 3, "200 aws-1": 3 });
    assert.equal(origins[0]!.arrivals.length + origins[1]!.arrivals.length, 6);
  },

  "a mirror that answers, hangs, resets or is dead changes nothing for the client": async (
    gateway,
    t,
  ) => {
    await using primary = await startOrigins("aws", 1);
    await using shadows = await startOrigins("shadow", 1);
    const shadow = shadows[0]!;
    await gateway.push({
      clusters: {
        aws: { location: "public", endpoints: urlsOf(primary), ...CALM },
        shadow: { location: "public", endpoints: urlsOf(shadows), ...CALM },
      },
      routes: [{
        name: "all",
        to: "aws",
        timeout: `${TIMEOUT_MS}ms`,
        mirror: [{ cluster: "shadow", percent: PERCENT }],
      }],
    });
    const troubles = {
      answers: () => shadow.behave({ kind: "ok" }),
      hangs: () => shadow.behave({ kind: "hang" }),
      resets: () => shadow.behave({ kind: "reset" }),
      "is dead": () => shadow.kill(),
    };
    for (const [what, make] of Object.entries(troubles)) {
      await t.step(what, async () => {
        await make();
        const [before, shadowed] = [primary[0]!.arrivals.length, shadow.arrivals.length];
        const load = startLoad(gateway.url, {
          concurrency: 8,
          everyMs: 15,
          request: (n) => n % 2 === 0 ? { path: "/", method: "GET" } : POST,
        });
        await pause(800);
        const answers = await load.stop();
        assert.deepEqual(tally(answers), { "200 aws-0": answers.length }, perSecond(answers));
        assert.equal(primary[0]!.arrivals.length - before, answers.length);
        const slowest = Math.max(...answers.map(tookMs));
        assert.ok(slowest < TIMEOUT_MS / 3, `${slowest} ms`);
        if (what === "is dead") return;
        // Copies are sent beside the request, perhaps a little later.
        await pause(100);
        const copies = new Set(shadow.arrivals.slice(shadowed).map(({ id }) => id)).size;
        const expected = answers.length * PERCENT / 100;
        const deviation = Math.sqrt(expected * (1 - PERCENT / 100));
        assert.ok(Math.abs(copies - expected) <= 5 * deviation, `${copies} of ${answers.length}`);
      });
    }
  },
});

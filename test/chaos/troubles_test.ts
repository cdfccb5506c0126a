/** Six troubles at random, one cluster at a time, under load: no idempotent request may fail. */
import assert from "node:assert/strict";
import {
  type RunningGateway,
  type Runtime,
  RUNTIMES,
  startGateway,
} from "../e2e/support/gateway.ts";
import { seededRandom } from "../support/random.ts";
import { assertCalm } from "./support/calm.ts";
import { pause, perSecond, type Request, startLoad } from "./support/load.ts";
import { type Origin, type Origins, startOrigins } from "./support/origin.ts";
import { dealer, drawPhase } from "./support/schedule.ts";
import { bring } from "./support/troubles.ts";

const SEED = 20_241_122;
const PER_TRY_MS = 300;
const EJECTION_MS = 1_000;

/**
 * Between the troubles of one cluster and those of the other. A request that met the first must
 * not meet the second: its tries and back-offs (below 25, 50 and 100 ms) take up to 1375 ms. An
 * endpoint whose last bad try began as its trouble ended is out for 1300 ms. The rest is for a
 * machine that has other things to do.
 */
const QUIET_MS = 2_000;

/** Two of each cluster: about 20 s with the quiet times. */
const PHASES = ["near", "far", "near", "far"] as const;
const PHASE = { lengthMs: 3_200, allMs: 700 };

const policy = (near: Origins, far: Origins): unknown => {
  const cluster = (origins: Origins): unknown => ({
    location: "public",
    endpoints: origins.map(({ url }) => url),
    outlierDetection: {
      baseEjectionTime: `${EJECTION_MS}ms`,
      maxEjectionTime: `${EJECTION_MS}ms`,
    },
  });
  return {
    clusters: { near: cluster(near), far: cluster(far) },
    defaults: {
      timeout: "5s",
      retry: { attempts: 3, on: ["5xx"], perTryTimeout: `${PER_TRY_MS}ms` },
    },
    routes: [
      // Fewer tries than endpoints: the last one must go to the other cluster.
      {
        name: "near",
        match: { path: "/near" },
        to: "near",
        failover: ["far"],
        retry: { attempts: 2 },
      },
      { name: "far", match: { path: "/far" }, to: "far", failover: ["near"] },
    ],
  };
};

const REQUESTS: readonly Request[] = [
  { path: "/near", method: "GET" },
  { path: "/far", method: "GET" },
  { path: "/near", method: "PUT", body: "small ".repeat(20) },
  { path: "/far", method: "PUT", body: "small ".repeat(20) },
];

Deno.test("chaos: killed, hung, frozen, slow, resetting, failing, and back", async (t) => {
  // Side by side, since most of the time is waiting.
  await Promise.all(RUNTIMES.map((runtime) =>
    t.step({
      name: `on ${runtime}`,
      sanitizeOps: false,
      sanitizeResources: false,
      sanitizeExit: false,
      fn: () => survive(runtime),
    })
  ));
});

async function survive(runtime: Runtime): Promise<void> {
  const gateway = await startGateway(runtime);
  try {
    await using near = await startOrigins("near", 3);
    await using far = await startOrigins("far", 2);
    await trouble(gateway, { near, far });
  } finally {
    await gateway.stop();
  }
}

async function trouble(
  gateway: RunningGateway,
  clusters: Readonly<Record<typeof PHASES[number], Origins>>,
): Promise<void> {
  const random = seededRandom(SEED);
  const deal = dealer(random);
  const { near, far } = clusters;
  await gateway.push(policy(near, far));
  const load = startLoad(gateway.url, {
    concurrency: 16,
    everyMs: 60,
    request: (n) => REQUESTS[n % REQUESTS.length]!,
  });
  const silent: string[] = [];
  for (const name of PHASES) {
    const origins = clusters[name];
    await bring(drawPhase({ endpoints: origins.length, ...PHASE }, deal, random), origins);
    const before = origins.map(({ arrivals }) => arrivals.length);
    await pause(QUIET_MS);
    silent.push(
      ...origins.filter(({ arrivals }, i) => arrivals.length === before[i]).map(({ name }) => name),
    );
  }
  const answers = await load.stop();

  const failed = answers.filter(({ status }) => status !== 200);
  assert.deepEqual(failed.map(({ said }) => said), [], perSecond(answers));
  assert.ok(answers.length > 2_000, `only ${answers.length} requests`);
  assert.deepEqual(silent, [], "did not come back within one ejection");
  await assertCalm(gateway);
  assertTroubled([...near, ...far], answers.length);
}

/** What was to be survived did happen. */
function assertTroubled(origins: readonly Origin[], requests: number): void {
  const arrivals = origins.flatMap(({ arrivals }) => arrivals);
  const met = new Set(arrivals.map(({ met }) => met));
  assert.deepEqual([...met].sort(), ["hang", "ok", "reset", "slow", "status"]);
  assert.ok(arrivals.length > requests, `${arrivals.length} tries of ${requests} requests`);
}

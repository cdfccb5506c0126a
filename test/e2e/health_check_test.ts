/** Endpoints that are asked how they are, and what their word is worth. */
import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { clusters, statesOf } from "./support/admin.ts";
import type { RunningGateway } from "./support/gateway.ts";
import { ask, askTimes, startLoad } from "./support/load.ts";
import { startOrigin } from "./support/origin.ts";
import { oneCluster } from "./support/policies.ts";
import { suite } from "./support/suite.ts";
import { until } from "./support/until.ts";

const CHECK_PATH = "/healthz?deep=1";

/** An origin that answers clients with its name, whatever it says of its health. */
interface CheckedOrigin extends AsyncDisposable {
  readonly url: string;
  /** Requests that were no checks. */
  served: number;
  /** Headers of each check so far. */
  readonly checks: IncomingHttpHeaders[];
  /** Answer to the checks with these headers; `null`: silence. */
  health: (
    headers: IncomingHttpHeaders,
  ) => { status: number; headers?: Record<string, string> } | null;
  /** Of answers to clients. */
  status: number;
  /** Stand on answers to clients. */
  says: Record<string, string>;
}

async function checkedOrigin(name: string): Promise<CheckedOrigin> {
  const origin = await startOrigin((request, response) => {
    if (request.url !== CHECK_PATH) {
      self.served++;
      response.writeHead(self.status, self.says).end(JSON.stringify({ name }));
      return;
    }
    self.checks.push(request.headers);
    const answer = self.health(request.headers);
    if (answer !== null) response.writeHead(answer.status, answer.headers).end("a body");
  });
  const self: CheckedOrigin = {
    url: origin.url,
    served: 0,
    checks: [],
    health: () => ({ status: 200 }),
    status: 200,
    says: {},
    [Symbol.asyncDispose]: () => origin[Symbol.asyncDispose](),
  };
  return self;
}

const INTERVAL_MS = 100;

const QUICK = {
  path: CHECK_PATH,
  interval: `${INTERVAL_MS}ms`,
  noTrafficInterval: `${INTERVAL_MS}ms`,
  timeout: "500ms",
  unhealthyThreshold: 2,
  healthyThreshold: 2,
};

/** Who is unhealthy or degraded gets nothing as long as the other one is well. */
const STRICT = { panicThreshold: 0, overprovisioning: 200 };

const policy = (
  origins: readonly CheckedOrigin[],
  healthCheck: Record<string, unknown> = {},
): unknown =>
  oneCluster(origins.map(({ url }) => url), {}, {
    healthCheck: { ...QUICK, ...healthCheck },
    loadBalancing: STRICT,
  });

const untilStates = (gateway: RunningGateway, ...wanted: readonly string[]): Promise<number> =>
  until(`the endpoints are ${wanted}`, async () => {
    // On Workers it is requests that make an isolate look at what the fleet knows.
    await ask(gateway.url);
    return (await statesOf(gateway, "aws")).join() === wanted.join();
  });

/** Both have been asked, and found well. */
const untilChecked = (origins: readonly CheckedOrigin[]): Promise<number> =>
  until("every endpoint has been checked", () => origins.every(({ checks }) => checks.length > 0));

suite("health checks", {
  "an endpoint that answers 200 but says it is ill gets nothing, until it is well": async (
    gateway,
    t,
  ) => {
    const ills: Record<string, ReturnType<CheckedOrigin["health"]>> = {
      "503": { status: 503 },
      "a redirect": { status: 302, headers: { location: "/elsewhere" } },
      "silence": null,
    };
    for (const [what, ill] of Object.entries(ills)) {
      await t.step(what, async () => {
        await using a = await checkedOrigin("a");
        await using b = await checkedOrigin("b");
        await gateway.push(policy([a, b]));
        const load = startLoad(gateway.url);
        await untilChecked([a, b]);
        await load.more(40);
        assert.ok(a.served > 10, "it takes part");
        a.health = () => ill;
        await untilStates(gateway, "unhealthy", "healthy");
        // What was sent just before has arrived by then.
        await load.more(20);
        const before = a.served;
        await load.more(100);
        assert.equal(a.served, before);
        a.health = () => ({ status: 200 });
        await until("it is back", async () => {
          await load.more(10);
          return a.served > before;
        });
        assert.deepEqual(Object.keys(await load.stop()).sort(), ["200 a", "200 b"]);
      });
    }
  },

  "thresholds count: one failure takes nobody out, nor does one success bring anyone back": async (
    gateway,
  ) => {
    await using a = await checkedOrigin("a");
    await using b = await checkedOrigin("b");
    await gateway.push(policy([a, b], { unhealthyThreshold: 5, healthyThreshold: 5 }));
    await untilChecked([a, b]);
    await untilStates(gateway, "healthy", "healthy");
    const [failedFrom, states] = [a.checks.length, new Map<number, string>()];
    a.health = () => ({ status: 500 });
    await until("it is out", async () => {
      await ask(gateway.url);
      const failures = a.checks.length - failedFrom;
      const [state] = await statesOf(gateway, "aws");
      states.set(failures, state!);
      return state === "unhealthy";
    });
    for (const [failures, state] of states) {
      if (failures < 5) assert.equal(state, "healthy", `after ${failures} failures`);
    }
    const wellFrom = a.checks.length;
    a.health = () => ({ status: 200 });
    await untilStates(gateway, "healthy", "healthy");
    assert.ok(a.checks.length - wellFrom >= 5);
  },

  "a degraded endpoint is used after the healthy ones": async (gateway) => {
    await using a = await checkedOrigin("a");
    await using b = await checkedOrigin("b");
    a.health = () => ({ status: 200, headers: { "x-envoy-degraded": "true" } });
    await gateway.push(policy([a, b]));
    await untilStates(gateway, "degraded", "healthy");
    assert.deepEqual(await askTimes(20, gateway.url), { "200 b": 20 });
    b.health = () => ({ status: 500 });
    await untilStates(gateway, "degraded", "unhealthy");
    assert.deepEqual(await askTimes(20, gateway.url), { "200 a": 20 });
    a.health = () => ({ status: 200 });
    await untilStates(gateway, "healthy", "unhealthy");
  },

  "an endpoint takes itself out at once, in an answer to a client or to a check": async (
    gateway,
    t,
  ) => {
    const out = { "x-envoy-immediate-health-check-fail": "true" };
    await t.step("to a client", async () => {
      await using a = await checkedOrigin("a");
      await using b = await checkedOrigin("b");
      await gateway.push(policy([a, b], { healthyThreshold: 1000 }));
      await untilChecked([a, b]);
      await untilStates(gateway, "healthy", "healthy");
      a.says = out;
      const { "200 a": last = 0 } = await askTimes(20, gateway.url);
      assert.equal(last, 1);
      await until("it has been checked again", () => a.checks.length > 5);
      assert.deepEqual(await statesOf(gateway, "aws"), ["unhealthy", "healthy"]);
      assert.deepEqual(await askTimes(20, gateway.url), { "200 b": 20 });
    });
    await t.step("to a check, whatever the threshold", async () => {
      await using a = await checkedOrigin("a");
      await using b = await checkedOrigin("b");
      await gateway.push(policy([a, b], { unhealthyThreshold: 1000 }));
      await untilChecked([a, b]);
      a.health = () => ({ status: 200, headers: out });
      await untilStates(gateway, "unhealthy", "healthy");
      a.health = () => ({ status: 200 });
      await untilStates(gateway, "healthy", "healthy");
    });
  },

  "the statuses of a success are the policy's": async (gateway) => {
    await using a = await checkedOrigin("a");
    await using b = await checkedOrigin("b");
    a.health = () => ({ status: 204 });
    await gateway.push(policy([a, b], { expect: [204, 206] }));
    await untilStates(gateway, "healthy", "unhealthy");
    assert.deepEqual(await askTimes(20, gateway.url), { "200 a": 20 });
  },

  "a check says who asks, and shows its secrets": async (gateway) => {
    await using a = await checkedOrigin("a");
    await using b = await checkedOrigin("b");
    a.health = (headers) => ({ status: headers["x-key"] === "k3y" ? 200 : 403 });
    b.health = (headers) => ({ status: headers["x-mode"] === "deep" ? 403 : 200 });
    const headers = { "x-key": "secret:E2E_HEALTH_KEY", "X-Mode": "deep" };
    await gateway.push(policy([a, b], { headers }));
    await untilChecked([a, b]);
    await untilStates(gateway, "healthy", "unhealthy");
    assert.equal(a.checks[0]!["user-agent"], "limen-health-check");
    assert.equal(a.checks[0]!.host, new URL(a.url).host);
    assert.ok(!gateway.log().includes("k3y"));
  },

  "a policy without checks forgets what they found": async (gateway) => {
    await using a = await checkedOrigin("a");
    await using b = await checkedOrigin("b");
    a.health = () => ({ status: 500 });
    await gateway.push(policy([a, b]));
    await untilStates(gateway, "unhealthy", "healthy");
    await gateway.push(oneCluster([a.url, b.url], {}, { loadBalancing: STRICT }));
    assert.deepEqual(await statesOf(gateway, "aws"), ["healthy", "healthy"]);
    const answers = await askTimes(20, gateway.url);
    assert.deepEqual(Object.keys(answers).sort(), ["200 a", "200 b"]);
    // Taking turns, but for one begun anew when the checks' end became known.
    assert.ok(Math.abs(answers["200 a"]! - 10) <= 1, JSON.stringify(answers));
    await until("nobody checks any more", async () => {
      const before = a.checks.length;
      await new Promise((resolve) => setTimeout(resolve, 5 * INTERVAL_MS));
      return a.checks.length === before;
    });
  },

  "a check that succeeds ends an ejection": async (gateway) => {
    await using a = await checkedOrigin("a");
    await using b = await checkedOrigin("b");
    await gateway.push(policy([a, b], { unhealthyThreshold: 1000 }));
    await untilChecked([a, b]);
    await untilStates(gateway, "healthy", "healthy");
    // Checks that fail, but not often enough, leave the ejection alone.
    a.health = () => ({ status: 503 });
    a.status = 503;
    await until("it has been ejected", async () => {
      await askTimes(10, gateway.url);
      const [aws] = await clusters(gateway);
      return aws!.endpoints[0]!.ejectedUntil !== null;
    });
    a.status = 200;
    a.health = () => ({ status: 200 });
    // Far sooner than the 30 s of an ejection.
    await untilStates(gateway, "healthy", "healthy");
  },
}, { env: { E2E_HEALTH_KEY: "k3y" } });

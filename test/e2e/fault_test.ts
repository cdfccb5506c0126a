/** Faults that a route injects: delays, aborts, and the wishes of those who may have some. */
import assert from "node:assert/strict";
import { behind, type Fields, oneRoute } from "./support/behind.ts";
import { askTimes } from "./support/load.ts";
import { startOrigin } from "./support/origin.ts";
import { suite } from "./support/suite.ts";

const DELAY_MS = 300;
/** Timers may be a little early, by rounding. */
const EARLY_MS = 5;

interface Met {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly tookMs: number;
}

async function meet(url: string, init: RequestInit = {}): Promise<Met> {
  const startMs = performance.now();
  const response = await fetch(url, init);
  const text = await response.text();
  const { status, headers } = response;
  return { status, headers, text, tookMs: performance.now() - startMs };
}

const wasDelayed = ({ tookMs }: Met, ms = DELAY_MS): boolean => tookMs >= ms - EARLY_MS;

const trusted: Fields = { trust: { proxies: ["127.0.0.1/32"] } };
/** Faults that only a header makes happen. */
const byHeader: Fields = { fault: { delay: { percent: 100 }, abort: { percent: 100 } } };

const DELAY = "x-envoy-fault-delay-request";
const ABORT = "x-envoy-fault-abort-request";

suite("faults", {
  "a delay adds its time, and the route's timeout does not count it": behind(
    "o",
    async (gateway, origin) => {
      const met = await meet(gateway.url, { method: "POST", body: "order" });
      assert.equal(met.status, 200);
      assert.ok(wasDelayed(met), `${met.tookMs} ms`);
      assert.equal(JSON.parse(met.text).body, "order");
      assert.equal(origin.hits, 1);
    },
    { timeout: "200ms", fault: { delay: { percent: 100, for: `${DELAY_MS}ms` } } },
  ),

  "0 % is never": behind(
    "o",
    async (gateway) => {
      for (let i = 0; i < 20; i++) assert.equal((await meet(gateway.url)).status, 200);
    },
    { fault: { delay: { percent: 0, for: "1m" }, abort: { percent: 0, status: 503 } } },
  ),

  "an abort is answered in the upstream's place": async (gateway, t) => {
    for (const status of [200, 404, 418, 503, 599]) {
      await t.step(`with ${status}`, (step) =>
        behind("o", async (gateway, origin) => {
          const headers = { "x-request-id": "from-the-client" };
          const met = await meet(gateway.url, { headers });
          assert.equal(met.status, status);
          assert.equal(met.headers.get("content-type"), "application/problem+json");
          assert.equal(met.headers.get("x-request-id"), "from-the-client");
          const proxyStatus = met.headers.get("proxy-status") ?? "";
          assert.match(proxyStatus, /^limen; error=proxy_internal_response/);
          const { code, status: said } = JSON.parse(met.text);
          assert.deepEqual([code, said], ["fault_injected", status]);
          assert.equal(origin.hits, 0);
        }, { fault: { abort: { status } } })(gateway, step));
    }
  },

  "a status that has no body brings none": async (gateway, t) => {
    for (const status of [204, 304]) {
      await t.step(String(status), (step) =>
        behind("o", async (gateway, origin) => {
          const met = await meet(gateway.url);
          assert.deepEqual([met.status, met.text], [status, ""]);
          assert.notEqual(met.headers.get("x-request-id"), null);
          assert.equal(met.headers.get("content-type"), null);
          assert.equal(origin.hits, 0);
        }, { fault: { abort: { status } } })(gateway, step));
    }
  },

  "an abort is nobody's failure: no retry, no ejection": async (gateway) => {
    await using origin = await startOrigin("o");
    const policy = (route: Fields): Fields => ({
      clusters: { o: { location: "private", endpoints: [origin.url] } },
      routes: [{ name: "all", to: "o", retry: { attempts: 3, on: ["5xx"] }, ...route }],
    });
    await gateway.push(policy({ fault: { abort: { status: 503 } } }));
    assert.deepEqual(await askTimes(10, gateway.url), { "503 fault_injected": 10 });
    assert.equal(origin.hits, 0);
    await gateway.push(policy({}));
    assert.deepEqual(await askTimes(10, gateway.url), { "200 o": 10 });
  },

  "first the delay, then the abort": behind(
    "o",
    async (gateway, origin) => {
      const met = await meet(gateway.url);
      assert.equal(met.status, 503);
      assert.ok(wasDelayed(met), `${met.tookMs} ms`);
      assert.equal(origin.hits, 0);
    },
    { fault: { delay: { for: `${DELAY_MS}ms` }, abort: { status: 503 } } },
  ),

  "delay and abort are drawn on their own": behind("o", async (gateway, origin) => {
    // So long that no machine is so slow by itself.
    const longMs = 1000;
    const met = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const mine: Met[] = [];
        for (let i = 0; i < 4; i++) mine.push(await meet(gateway.url));
        return mine;
      }),
    );
    const counts = [0, 0, 0, 0];
    for (const one of met.flat()) {
      counts[(wasDelayed(one, longMs) ? 1 : 0) + (one.status === 418 ? 2 : 0)]!++;
    }
    // Each of four is a quarter of 400, five standard deviations either way.
    const margin = 5 * Math.sqrt(400 * 0.25 * 0.75);
    for (const count of counts) assert.ok(Math.abs(count - 100) <= margin, String(counts));
    assert.equal(origin.hits, counts[0]! + counts[1]!);
  }, { fault: { delay: { percent: 50, for: "1s" }, abort: { percent: 50, status: 418 } } }),

  "a trusted caller may ask for a fault": behind(
    "o",
    async (gateway, origin) => {
      const ask = (headers: Record<string, string>): Promise<Met> => meet(gateway.url, { headers });
      const rows: readonly (readonly [Record<string, string>, delayed: boolean, status: number])[] =
        [
          [{}, false, 200],
          [{ [DELAY]: String(DELAY_MS) }, true, 200],
          [{ [ABORT]: "418" }, false, 418],
          [{ [DELAY]: String(DELAY_MS), [ABORT]: "503" }, true, 503],
          [{ [DELAY]: "60000", [`${DELAY}-percentage`]: "0" }, false, 200],
          [{ [ABORT]: "503", [`${ABORT}-percentage`]: "0" }, false, 200],
          [{ [DELAY]: "soon", [ABORT]: "600" }, false, 200],
        ];
      for (const [headers, delayed, status] of rows) {
        const met = await ask(headers);
        assert.equal(met.status, status, JSON.stringify(headers));
        if (delayed) assert.ok(wasDelayed(met), `${met.tookMs} ms`);
        else assert.ok(met.tookMs < 10_000, `${met.tookMs} ms`);
      }
      assert.equal(origin.hits, rows.filter(([, , status]) => status === 200).length);
    },
    byHeader,
    trusted,
  ),

  "no more often than the route says": behind(
    "o",
    async (gateway) => {
      const headers = { [ABORT]: "503", [`${ABORT}-percentage`]: "100" };
      for (let i = 0; i < 20; i++) assert.equal((await meet(gateway.url, { headers })).status, 200);
    },
    { fault: { abort: { percent: 0, status: 503 } } },
    trusted,
  ),

  "and only where the route has such a fault": behind(
    "o",
    async (gateway) => {
      const headers = { [DELAY]: "60000", [ABORT]: "418" };
      const met = await meet(gateway.url, { headers });
      assert.equal(met.status, 418);
      assert.ok(met.tookMs < 10_000, `${met.tookMs} ms`);
    },
    { fault: { abort: { percent: 100 } } },
    trusted,
  ),

  "a stranger asks in vain, and the origin hears nothing of it": behind(
    "o",
    async (gateway, origin) => {
      const headers = { [DELAY]: "60000", [ABORT]: "418", [`${ABORT}-percentage`]: "100" };
      const met = await meet(gateway.url, { headers });
      assert.equal(met.status, 200);
      assert.ok(met.tookMs < 10_000, `${met.tookMs} ms`);
      assert.equal(origin.hits, 1);
      const names = Object.keys(JSON.parse(met.text).headers);
      assert.deepEqual(names.filter((name) => name.startsWith("x-envoy-")), []);
    },
    byHeader,
    { trust: { proxies: ["10.0.0.0/8"] } },
  ),

  "whose client leaves during the delay never reaches the origin": async (gateway) => {
    // A local workerd does not notice a client that goes before the answer.
    if (gateway.runtime === "cloudflare") return;
    await using origin = await startOrigin("o");
    const fault = { delay: { for: `${3 * DELAY_MS}ms` } };
    await gateway.push(oneRoute(origin, { fault }));
    await assert.rejects(fetch(gateway.url, { signal: AbortSignal.timeout(DELAY_MS) }));
    await new Promise((resolve) => setTimeout(resolve, 3 * DELAY_MS));
    assert.equal(origin.hits, 0);
  },
});

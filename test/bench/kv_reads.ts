/** How often a warm isolate reads KV: the Worker's own handler, over a fake namespace and clock. */
// deno-lint-ignore-file no-console
import worker from "../../src/platform/cloudflare/worker.ts";
import type { PolicyNamespace } from "../../src/platform/cloudflare/kv_namespace.ts";
import { policyOf } from "./policies.ts";
import type { Section } from "./report.ts";
import { spreadOf } from "./statistics.ts";

const REQUESTS = 50_000;
const PER_SECOND = 100;
const REFRESH_SECONDS = 30;

/** Stands in for the clock, the network and the log of this process while it runs. */
export async function benchKvReads(): Promise<Section[]> {
  const [realNow, realFetch, realLog] = [Date.now, globalThis.fetch, console.log];
  let nowMs = realNow();
  Date.now = () => nowMs;
  globalThis.fetch = () => Promise.resolve(new Response("ok"));
  console.log = () => {};
  try {
    const kv = countingKv(JSON.stringify(policyOf(100)));
    const env = { POLICIES: kv, LIMEN_REFRESH: String(REFRESH_SECONDS) };
    const ask = async (): Promise<void> => {
      const behind: Promise<unknown>[] = [];
      const context = { waitUntil: (work: Promise<unknown>): void => void behind.push(work) };
      const url = "http://shop0.example.com/pages/page-4";
      const request = new Request(url, { headers: { host: "shop0.example.com" } });
      const response = await worker.fetch(request, env, context);
      if (response.status !== 200) throw new Error(`answered ${response.status}`);
      await response.body?.cancel();
      await Promise.all(behind);
    };
    await ask();
    kv.reads = 0;
    for (let i = 0; i < REQUESTS; i++) {
      nowMs += 1000 / PER_SECOND;
      await ask();
    }
    const intervals = REQUESTS / PER_SECOND / REFRESH_SECONDS;
    return [{
      title: "KV reads of a warm isolate",
      note: `${REQUESTS} requests at ${PER_SECOND} per second of a clock that is moved by hand; ` +
        `a refresh every ${REFRESH_SECONDS} s.`,
      figures: [
        {
          name: "reads",
          value: spreadOf([kv.reads]),
          unit: "",
          aim: Math.ceil(intervals),
        },
        {
          name: "reads per million requests",
          value: spreadOf([kv.reads / REQUESTS * 1e6]),
          unit: "",
          aim: Math.ceil(intervals) / REQUESTS * 1e6,
        },
      ],
    }];
  } finally {
    [Date.now, globalThis.fetch, console.log] = [realNow, realFetch, realLog];
  }
}

/** Holds one policy, as a raw put leaves it. Writes are taken and forgotten. */
function countingKv(text: string): PolicyNamespace & { reads: number } {
  return {
    reads: 0,
    getWithMetadata(key): Promise<{ value: string | null; metadata: unknown }> {
      this.reads++;
      return Promise.resolve({ value: key === "policy" ? text : null, metadata: null });
    },
    put: () => Promise.resolve(),
    delete: () => Promise.resolve(),
    list: () => Promise.resolve({ keys: [] }),
  };
}

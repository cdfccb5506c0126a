/** What a cluster of 1,000 endpoints adds to a gateway's memory, over one of 3. */
import type { Policy } from "../../../src/policy/schema/policy.ts";
import { ADMIN_TOKEN, type Runtime } from "../../e2e/support/gateway.ts";
import { type Child, spawn } from "../proxy/child.ts";
import { residentMiB } from "../proxy/process.ts";
import type { LoadRequest, LoadResult } from "../proxy/load.ts";
import type { Grid } from "../report.ts";
import { spreadOf } from "../statistics.ts";
import { heapBytes } from "./inspector.ts";
import { type Inspected, startInspected } from "./inspected.ts";

const ALGORITHMS = ["round-robin", "ring-hash", "maglev"] as const;

const [FEW, MANY] = [3, 1000];

/** So many that each of `MANY` endpoints gets some, where chance decides too. */
const REQUESTS = 20 * MANY;

const TITLES: Readonly<Record<Runtime, string>> = { cloudflare: "workerd", deno: "Deno" };

export async function benchMemory(): Promise<Grid[]> {
  const origin = await spawn("./origin.ts", { args: [String(MANY)] });
  const load = await spawn("./load.ts");
  try {
    const origins = origin.ready as string[];
    return [
      await benchOn("deno", origins, load),
      await benchOn("cloudflare", origins, load),
    ];
  } finally {
    for (const child of [origin, load]) await child.stop();
  }
}

/** KiB. */
interface Used {
  readonly heapBefore: number;
  readonly heapAfter: number;
  readonly residentAfter: number;
}

const MEASURES: Readonly<Record<keyof Used, string>> = {
  heapBefore: "heap before traffic",
  heapAfter: "heap after it",
  residentAfter: "resident after it",
};

async function benchOn(runtime: Runtime, origins: readonly string[], load: Child): Promise<Grid> {
  const measures = Object.keys(MEASURES) as (keyof Used)[];
  const rows = await Array.fromAsync(ALGORITHMS, async (algorithm) => {
    const few = await used(runtime, policyOf(algorithm, origins.slice(0, FEW)), load);
    const many = await used(runtime, policyOf(algorithm, origins), load);
    const row = (name: string, of: (measure: keyof Used) => number): Grid["rows"][number] => ({
      name: `${algorithm.replaceAll("-", " ")}, ${name}`,
      values: measures.map((measure) => spreadOf([of(measure)])),
    });
    return [
      row(`${FEW} endpoints`, (measure) => few[measure]),
      row(`added by ${MANY}`, (measure) => many[measure] - few[measure]),
    ];
  });
  return {
    title: `Memory of a gateway by the endpoints of its cluster, on ${TITLES[runtime]}`,
    note:
      `Heap: after a garbage collection, array buffers included. Traffic: ${REQUESTS} requests, ` +
      "which reach every endpoint. Resident memory counts the connections to them too, and garbage.",
    unit: "KiB",
    columns: measures.map((measure) => MEASURES[measure]),
    rows: rows.flat(),
  };
}

const policyOf = (
  algorithm: typeof ALGORITHMS[number],
  origins: readonly string[],
): Policy => ({
  clusters: {
    bench: { location: "public", endpoints: [...origins], loadBalancing: { algorithm } },
  },
  routes: [{ name: "all", to: "bench" }],
});

async function used(runtime: Runtime, policy: Policy, load: Child): Promise<Used> {
  const gateway = await startInspected[runtime]();
  const nudge = async (): Promise<void> => void await endpointsOf(gateway);
  const heap = async (): Promise<number> => await heapBytes(gateway.inspector, nudge) / 1024;
  try {
    await push(gateway, policy);
    const heapBefore = await heap();
    await touchAll(gateway, load);
    return {
      heapBefore,
      heapAfter: await heap(),
      residentAfter: await residentMiB(gateway.pid) * 1024,
    };
  } finally {
    await gateway.stop();
  }
}

async function touchAll(gateway: Inspected, load: Child): Promise<void> {
  const request: LoadRequest = { url: gateway.url, host: "bench.example.com", seconds: 1 };
  for (let served = 0; served < REQUESTS;) {
    const result = await load.ask(request) as LoadResult;
    if (result.failed > 0 || result.served === 0) throw new Error(`${result.failed} failures`);
    served += result.served;
  }
  const missed = (await endpointsOf(gateway)).filter(({ latencyMs }) => latencyMs.p50 === null);
  if (missed.length > 0) throw new Error(`${missed.length} endpoints had no request`);
}

const authorization = `Bearer ${ADMIN_TOKEN}`;

async function push({ url }: Inspected, policy: Policy): Promise<void> {
  const body = JSON.stringify(policy);
  const request = { method: "PUT", headers: { authorization }, body };
  const response = await fetch(`${url}/_limen/policy`, request);
  const answer = await response.text();
  if (!response.ok) throw new Error(`push refused: ${answer}`);
}

interface SeenEndpoint {
  readonly latencyMs: { readonly p50: number | null };
}

async function endpointsOf({ url }: Inspected): Promise<readonly SeenEndpoint[]> {
  const response = await fetch(`${url}/_limen/clusters`, { headers: { authorization } });
  const answer = await response.text();
  if (!response.ok) throw new Error(`no clusters: ${answer}`);
  return JSON.parse(answer).clusters[0].endpoints;
}

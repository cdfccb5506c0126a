/** What is put under load: on each runtime a bare pass-through, and gateways with their routes. */
import type { Policy, PolicyRoute } from "../../../src/policy/schema/policy.ts";
import { type Runtime, startGateway } from "../../e2e/support/gateway.ts";
import { policyOf, splitAndSticky } from "../policies.ts";
import { resilience, RESILIENT_LOCALITY, resilientPolicy } from "../resilience.ts";
import { serveWorkerd } from "../workerd.ts";
import { spawn } from "./child.ts";
import { workerdBelow } from "./process.ts";

export interface Subject {
  readonly name: string;
  /** The process that carries the traffic. */
  readonly pid: number;
  readonly url: string;
  /** CPU per request, as a multiple of bare; absent: for comparison only. */
  readonly aim?: number;
}

export interface Subjects {
  readonly bare: Subject;
  /** All of one process, whose policy is plain. */
  readonly gateway: readonly Subject[];
  /** All of another one, whose policy has everything of resilience. */
  readonly resilient: readonly Subject[];
  stop(): Promise<void>;
}

export const HOST = "bench.example.com";

const ROUTES = 100;

/** Routes that differ in one thing each from the first, which is the one with an aim. */
const variants: readonly PolicyRoute[] = [
  { name: "split-sticky", ...splitAndSticky },
  { name: "one-cluster", to: "aws" },
  { name: "with-timeout", ...splitAndSticky, timeout: "10s" },
  {
    name: "with-header-edits",
    ...splitAndSticky,
    headers: {
      request: { set: { "x-tenant": "bench", "x-edge": "limen" }, remove: ["referer"] },
      response: {
        set: { "strict-transport-security": "max-age=63072000", "x-frame-options": "DENY" },
        remove: ["x-content-type-options"],
      },
    },
  },
];

const { split, sticky } = splitAndSticky;
const { hedge: _, ...unhedged } = resilience;

/** Each has everything of resilience, but for what its name says; the first has the aim. */
const resilientVariants: readonly PolicyRoute[] = [
  { name: "resilience", split, ...resilience },
  { name: "resilience-sticky", split, sticky, ...resilience },
  { name: "resilience-without-hedge", split, ...unhedged },
  { name: "resilience-with-timeout", split, ...resilience, timeout: "15s" },
  { name: "resilience-with-idle-timeout", split, ...resilience, idleTimeout: "15s" },
  { name: "resilience-fastest", fastest: ["aws", "dc"], ...resilience },
];

/** CPU per request of the first of each, as a multiple of bare: issues 2 and 3. */
const AIMS: Readonly<Record<Runtime, { readonly gateway: number; readonly resilient: number }>> = {
  cloudflare: { gateway: 1.25, resilient: 1.35 },
  deno: { gateway: 1.0, resilient: 1.15 },
};

const pathOf = ({ name }: PolicyRoute): string => `/${name}/items/4711`;

const placed = (routes: readonly PolicyRoute[]): PolicyRoute[] =>
  routes.map((route) => ({ ...route, hosts: [HOST], match: { path: `/${route.name}/*` } }));

/** @param origins as many as `RESILIENT_ORIGINS` */
export async function startSubjects(
  runtime: Runtime,
  origins: readonly string[],
): Promise<Subjects> {
  const plain = policyOf(ROUTES - variants.length, origins.slice(0, 2), placed(variants));
  const others = policyOf(ROUTES - resilientVariants.length).routes;
  const resilient = resilientPolicy(origins, [...others, ...placed(resilientVariants)]);
  const gateways = [
    await startServing(runtime, plain, variants, AIMS[runtime].gateway),
    await startServing(runtime, resilient, resilientVariants, AIMS[runtime].resilient),
  ] as const;
  const bare = await startBare(runtime, origins[0]!);
  return {
    bare: { name: "bare", pid: bare.pid, url: bare.url + pathOf(variants[0]!) },
    gateway: gateways[0].subjects,
    resilient: gateways[1].subjects,
    async stop(): Promise<void> {
      await bare.stop();
      for (const gateway of gateways) await gateway.stop();
    },
  };
}

async function startServing(
  runtime: Runtime,
  policy: Policy,
  routes: readonly PolicyRoute[],
  aim: number,
): Promise<{ readonly subjects: readonly Subject[]; stop(): Promise<unknown> }> {
  const env = { LIMEN_REFRESH: "30", LIMEN_LOCALITY: RESILIENT_LOCALITY };
  const gateway = await startGateway(runtime, { policy, env });
  const pid = runtime === "deno" ? gateway.pid : await workerdBelow(gateway.pid);
  const subjects = routes.map((route, i): Subject => ({
    name: route.name,
    pid,
    url: gateway.url + pathOf(route),
    ...(i === 0 && { aim }),
  }));
  return { subjects, stop: () => gateway.stop() };
}

const BARE_WORKER = `export default {
  fetch: (request, { ORIGIN }) => fetch(new Request(ORIGIN, request)),
};`;

async function startBare(
  runtime: Runtime,
  origin: string,
): Promise<{ pid: number; url: string; stop(): Promise<void> }> {
  if (runtime === "cloudflare") return await serveWorkerd(BARE_WORKER, { ORIGIN: origin });
  // It reports every client that leaves in the middle of a request, as the load does at its end.
  const child = await spawn("./bare_deno.ts", { args: [origin], quiet: true });
  return { pid: child.pid, url: `http://127.0.0.1:${child.ready}`, stop: child.stop };
}

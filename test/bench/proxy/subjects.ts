/** What is put under load: on each runtime a bare pass-through, and one gateway with its routes. */
import type { PolicyRoute } from "../../../src/policy/schema/policy.ts";
import { type Runtime, startGateway } from "../../e2e/support/gateway.ts";
import { policyOf, splitAndSticky } from "../policies.ts";
import { serveWorkerd } from "../workerd.ts";
import { spawn } from "./child.ts";
import { workerdBelow } from "./process.ts";

export interface Subject {
  readonly name: string;
  /** The process that carries the traffic. */
  readonly pid: number;
  readonly url: string;
}

export interface Subjects {
  readonly bare: Subject;
  /** All served by the same process; the first is the one with an aim. */
  readonly gateway: readonly Subject[];
  stop(): Promise<void>;
}

export const HOST = "bench.example.com";

const ROUTES = 100;

/** Routes that differ in one thing each from the first. */
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

const pathOf = ({ name }: PolicyRoute): string => `/${name}/items/4711`;

export async function startSubjects(
  runtime: Runtime,
  origins: readonly string[],
): Promise<Subjects> {
  const extra = variants.map((route): PolicyRoute => ({
    ...route,
    hosts: [HOST],
    match: { path: `/${route.name}/*` },
  }));
  const policy = policyOf(ROUTES - extra.length, origins, extra);
  const gateway = await startGateway(runtime, { policy, env: { LIMEN_REFRESH: "30" } });
  const bare = await startBare(runtime, origins[0]!);
  const pid = runtime === "deno" ? gateway.pid : await workerdBelow(gateway.pid);
  return {
    bare: { name: "bare", pid: bare.pid, url: bare.url + pathOf(variants[0]!) },
    gateway: variants.map((route) => ({ name: route.name, pid, url: gateway.url + pathOf(route) })),
    async stop(): Promise<void> {
      await bare.stop();
      await gateway.stop();
    },
  };
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

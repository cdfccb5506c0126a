/** Policies to compare. */
import { compile } from "../../src/compile/compile.ts";
import { diffPolicies, type DiffSide, type PolicyDiff } from "../../src/diff/diff.ts";
import { formatFinding } from "../../src/policy/finding.ts";
import { revisionOf } from "../../src/policy/revision.ts";
import { validate } from "../../src/policy/validate.ts";

/** @returns `null` when the text is no valid policy */
export async function sideIn(text: string): Promise<DiffSide | null> {
  const checked = validate(text);
  if (checked.policy === null) return null;
  const { policy, document } = checked;
  const revision = await revisionOf(document);
  return { policy, plan: compile(policy, revision), text, revision };
}

export async function sideOf(document: unknown): Promise<DiffSide> {
  const text = typeof document === "string" ? document : JSON.stringify(document, null, 2);
  const side = await sideIn(text);
  if (side !== null) return side;
  throw new Error(validate(text).findings.map((one) => formatFinding("policy", one)).join("\n"));
}

export const diffOf = async (before: unknown, after: unknown): Promise<PolicyDiff> =>
  diffPolicies(before === null ? null : await sideOf(before), await sideOf(after));

/** `~ routes[0].split.a: message`, one line for each change. */
export const linesOf = ({ changes }: PolicyDiff): string[] =>
  changes.map(({ kind, path, message }) => `${SIGNS[kind]} ${path}: ${message}`);

const SIGNS = { added: "+", removed: "-", changed: "~", warning: "!" } as const;

type Json = Record<string, unknown>;

/** Four clusters with an endpoint each, and these routes. */
export const withRoutes = (...routes: Json[]): Json => ({ clusters: CLUSTERS, routes });

const clusterAt = (name: string): Json => ({
  location: "edge",
  endpoints: [`https://${name}.test`],
});

const CLUSTERS: Json = Object.fromEntries(
  ["aws", "dc", "pop", "canary"].map((name) => [name, clusterAt(name)]),
);

/** A route for `path` to one cluster, unless `more` says otherwise. */
export const routeTo = (name: string, path: string, more: Json = { to: "aws" }): Json => ({
  name,
  match: { path },
  ...more,
});

/** Something of everything that a policy may hold. */
export const RICH: Json = {
  clusters: {
    aws: {
      location: "public",
      region: "us-east-1",
      zone: "use1-az4",
      coordinates: [38.9, -77.4],
      endpoints: [
        "https://a.aws.test",
        { url: "https://b.aws.test", weight: 2, priority: 1, labels: { version: "v2" } },
        "https://c.aws.test",
      ],
      host: "preserve",
      loadBalancing: {
        algorithm: "least-request",
        slowStart: "30s",
        locality: { failover: [{ from: "us-east", to: "us-west" }, { from: "eu", to: "us" }] },
      },
      healthCheck: {
        path: "/healthz",
        interval: "10s",
        expect: [200, 204],
        headers: { "x-a": "b" },
      },
      outlierDetection: { consecutive5xx: 5, successRate: { minimumHosts: 5 } },
      circuitBreaker: { maxRequests: 1024, retryBudget: { percent: 20 } },
      capacity: { requestsPerSecond: 500 },
      timeout: "30s",
    },
    dc: {
      location: "private",
      coordinates: [50.1, 8.7],
      endpoints: ["https://dc.test"],
      via: { binding: "DC_VPC" },
    },
    pop: { location: "edge", endpoints: ["https://pop.test"], outlierDetection: false },
    shadow: { location: "edge", endpoints: ["https://shadow.test"] },
  },
  defaults: {
    timeout: "15s",
    retry: {
      attempts: 1,
      on: ["connect-failure", "gateway-error", 503],
      backoff: { base: "50ms" },
    },
    headers: { response: { set: { "x-frame-options": "DENY" } } },
  },
  routes: [
    {
      name: "checkout",
      hosts: ["shop.test", "*.shop.test"],
      match: [
        { path: "/checkout/*", method: ["GET", "POST"], headers: { "x-beta": "yes" } },
        { path: "/checkout/*", query: { v: { present: true } }, cookies: { beta: "1" } },
      ],
      precedence: 1,
      split: { aws: 90, dc: 10 },
      failover: ["pop"],
      sticky: { cookie: { name: "shop", ttl: "1h" } },
      timeout: "10s",
      retry: { attempts: 2, perTryTimeout: "2s" },
      hedge: { after: "200ms", max: 1 },
      mirror: [{ cluster: "shadow", percent: 10 }],
      fault: { delay: { percent: 5, for: "2s" } },
      rewrite: { host: "internal.test", path: { prefix: "/v2" } },
      headers: { request: { set: { "x-a": "1" }, remove: ["x-b", "x-c"] } },
    },
    {
      name: "listed",
      match: { path: "/listed/*" },
      split: [
        { cluster: "aws", weight: 3 },
        { cluster: "dc", weight: 1, headers: { response: { add: { "x-from": "dc" } } } },
      ],
    },
    { name: "near", match: { path: "/near/*" }, nearest: ["aws", "dc"], failover: ["pop"] },
    {
      name: "basket",
      match: { path: { regex: "/basket/[0-9]+" } },
      to: "aws",
      rewrite: { path: { regex: "^/basket/(.*)$", with: "/b/\\1" } },
    },
    { name: "fast", match: { path: "/fast/*" }, fastest: ["aws", "dc", "pop"] },
    {
      name: "old",
      match: { path: "/old/*" },
      redirect: { scheme: "https", path: { prefix: "/new" }, status: 301 },
    },
    { name: "hello", match: { path: "/hello" }, respond: { status: 200, body: "hello" } },
    { name: "all", to: "dc" },
  ],
  trust: { proxies: ["10.0.0.0/8", "192.168.0.0/16"], clientHeaders: { country: "cf-ipcountry" } },
  tests: [
    {
      name: "the rest goes to the data centre",
      request: { method: "GET", url: "https://x.test/" },
      expect: { route: "all" },
    },
    {
      name: "hello",
      request: { method: "GET", url: "https://x.test/hello" },
      expect: { route: "hello" },
    },
  ],
};

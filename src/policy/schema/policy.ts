/** The policy document: what operators write and what lies in KV. */
import * as z from "zod";
import { locality, slowStart } from "./balancing.ts";
import { cluster, endpoint, stickyBy } from "./cluster.ts";
import { circuitBreaker, healthCheck, outlierDetection } from "./health.ts";
import { fault, hedge, mirror, retry } from "./resilience.ts";
import { matchEntry, route, routeDefaults } from "./route.ts";
import { MOST_TESTS, policyTest } from "./tests.ts";
import { headerEdits, headerName, headerPolicy, name, stringMatcher } from "./units.ts";

const clientHeaders = z.strictObject({
  country: headerName.optional().describe("cf-ipcountry unless set."),
  latitude: headerName.optional().describe("cf-iplatitude unless set."),
  longitude: headerName.optional().describe("cf-iplongitude unless set."),
});

export const policySchema = z.strictObject({
  $schema: z.string().optional(),
  clusters: z.record(name, cluster),
  defaults: routeDefaults.optional().describe("Merged under every route."),
  routes: z.array(route),
  trust: z.strictObject({
    proxies: z.array(z.string()).optional().describe(
      "Addresses (CIDR) whose X-Forwarded-* and Forwarded headers are believed.",
    ),
    clientHeaders: clientHeaders.optional().describe(
      "Headers by which these proxies say where the caller is.",
    ),
  }).optional(),
  tests: z.array(policyTest).max(MOST_TESTS).optional().describe(
    "Run by limen test and before every push: a policy that fails its own tests is not stored.",
  ),
});

export type { PolicyTest } from "./tests.ts";
export type Policy = z.infer<typeof policySchema>;
export type PolicyCluster = z.infer<typeof cluster>;
export type PolicyEndpoint = z.infer<typeof endpoint>;
export type PolicyOutlierDetection = z.infer<typeof outlierDetection>;
export type PolicySlowStart = z.infer<typeof slowStart>;
export type PolicyLocality = z.infer<typeof locality>;
export type PolicyHealthCheck = z.infer<typeof healthCheck>;
export type PolicyCircuitBreaker = z.infer<typeof circuitBreaker>;
export type PolicyClientHeaders = z.infer<typeof clientHeaders>;
export type PolicyDefaults = z.infer<typeof routeDefaults>;
export type PolicyRoute = z.infer<typeof route>;
export type PolicyConfine = NonNullable<PolicyRoute["confine"]>;
export type PolicyMatch = z.infer<typeof matchEntry>;
export type PolicyRetry = z.infer<typeof retry>;
export type PolicyHedge = z.infer<typeof hedge>;
export type PolicyMirror = z.infer<typeof mirror>;
export type PolicyFault = z.infer<typeof fault>;
export type PolicySticky = z.infer<typeof stickyBy>;
export type PolicyStringMatcher = z.infer<typeof stringMatcher>;
export type PolicyHeaderEdits = z.infer<typeof headerEdits>;
export type PolicyHeaders = z.infer<typeof headerPolicy>;

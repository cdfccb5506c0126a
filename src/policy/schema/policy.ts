/** The policy document: what operators write and what lies in KV. */
import * as z from "zod";
import { cluster, endpoint, outlierDetection, stickyBy } from "./cluster.ts";
import { matchEntry, retry, route, routeDefaults } from "./route.ts";
import { headerEdits, headerPolicy, name, stringMatcher } from "./units.ts";

export const policySchema = z.strictObject({
  $schema: z.string().optional(),
  clusters: z.record(name, cluster),
  defaults: routeDefaults.optional().describe("Merged under every route."),
  routes: z.array(route),
  trust: z.strictObject({
    proxies: z.array(z.string()).optional().describe(
      "Addresses (CIDR) whose X-Forwarded-* and Forwarded headers are believed.",
    ),
  }).optional(),
});

export type Policy = z.infer<typeof policySchema>;
export type PolicyCluster = z.infer<typeof cluster>;
export type PolicyEndpoint = z.infer<typeof endpoint>;
export type PolicyOutlierDetection = z.infer<typeof outlierDetection>;
export type PolicyRoute = z.infer<typeof route>;
export type PolicyMatch = z.infer<typeof matchEntry>;
export type PolicyRetry = z.infer<typeof retry>;
export type PolicySticky = z.infer<typeof stickyBy>;
export type PolicyStringMatcher = z.infer<typeof stringMatcher>;
export type PolicyHeaderEdits = z.infer<typeof headerEdits>;
export type PolicyHeaders = z.infer<typeof headerPolicy>;

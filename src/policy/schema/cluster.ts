/** Where requests can go: clusters and their endpoints. */
import * as z from "zod";
import { duration, headerName, weight } from "./units.ts";

const endpointUrl = z.string().describe(
  "Scheme, host and port, such as https://shop.example.com or http://10.0.3.7:8080.",
);

export const endpoint = z.union([
  endpointUrl,
  z.strictObject({
    url: endpointUrl,
    weight: weight.optional().describe("Share among the cluster's endpoints; 1 unless set."),
    priority: z.int().min(0).max(127).optional().describe(
      "0 (unless set) is used first; higher numbers take what lower ones can't.",
    ),
  }),
]);

/** Envoy's outlier detection, with Limen's default for the cap (100 %). */
export const outlierDetection = z.strictObject({
  consecutive5xx: z.int().min(0).max(1_000_000).optional()
    .describe("This many 5xx, resets or connect failures in a row eject (5). 0: never."),
  consecutiveGatewayErrors: z.int().min(0).max(1_000_000).optional()
    .describe("This many 502, 503, 504, resets or connect failures in a row eject (0: never)."),
  interval: duration.optional()
    .describe("A further healthy interval takes one step off the next ejection's length (10s)."),
  baseEjectionTime: duration.optional().describe("Length of the first ejection (30s)."),
  maxEjectionTime: duration.optional().describe("No ejection is longer (300s)."),
  maxEjectionPercent: z.number().min(0).max(100).optional()
    .describe("At most this part of a cluster is ejected at once (100)."),
});

export const cluster = z.strictObject({
  location: z.enum(["public", "private", "edge"]).describe("What kind of place this is."),
  endpoints: z.array(endpoint).max(10_000).meta({ examples: [["https://shop.example.com"]] }),
  host: z.union([z.literal("upstream"), z.literal("preserve"), z.string()]).optional().describe(
    'The Host sent: "upstream" (the endpoint\'s own, unless set), "preserve" (the client\'s), or a name.',
  ),
  loadBalancing: z.strictObject({
    algorithm: z.enum(["round-robin", "least-request", "random", "ring-hash", "maglev"]).optional()
      .describe("How an endpoint is chosen within its level (round-robin)."),
    overprovisioning: z.int().min(100).max(100_000).optional()
      .describe("Envoy's overprovisioning factor in percent (140)."),
    panicThreshold: z.number().min(0).max(100).optional().describe(
      "Below this percentage of available endpoints, health is ignored (50). 0: never.",
    ),
  }).optional(),
  outlierDetection: z.union([z.literal(false), outlierDetection]).optional()
    .describe("On by default; false turns it off."),
  timeout: duration.optional().describe("How long one try may wait for this cluster's answer."),
  via: z.strictObject({ binding: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }).optional()
    .describe("Cloudflare: fetch through this service, VPC or mTLS-certificate binding."),
});

export const stickyBy = z.union([
  z.strictObject({
    cookie: z.strictObject({ name: headerName, ttl: duration.optional() }),
  }),
  z.strictObject({ header: headerName }),
  z.strictObject({ query: z.string().min(1) }),
  z.strictObject({ ip: z.literal(true) }),
]).describe("What keeps a caller with one member of the split, and one endpoint inside it.");

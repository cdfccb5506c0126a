/** Where requests can go: clusters and their endpoints. */
import * as z from "zod";
import { loadBalancing } from "./balancing.ts";
import { circuitBreaker, healthCheck, outlierDetection } from "./health.ts";
import { duration, headerName, labelName, labelValue, location, place, weight } from "./units.ts";

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
    region: place.optional().describe("The cluster's unless set."),
    zone: place.optional().describe("The cluster's unless set."),
    subzone: place.optional(),
    labels: z.record(labelName, labelValue).optional()
      .describe("What loadBalancing.locality.failoverPriority compares."),
  }),
]);

const coordinates = z.tuple([
  z.number().min(-90, "the latitude comes first, -90 to 90").max(
    90,
    "the latitude comes first, -90 to 90",
  ),
  z.number().min(-180, "a longitude is -180 to 180").max(180, "a longitude is -180 to 180"),
]).meta({ examples: [[38.9, -77.4]] });

export const cluster = z.strictObject({
  location: location.describe("What kind of place this is."),
  region: place.optional().describe("Where the endpoints are, unless they say otherwise."),
  zone: place.optional().describe("As region."),
  coordinates: coordinates.optional().describe("What nearest measures to."),
  endpoints: z.array(endpoint).max(10_000).meta({ examples: [["https://shop.example.com"]] }),
  host: z.union([z.literal("upstream"), z.literal("preserve"), z.string()]).optional().describe(
    'The Host sent: "upstream" (the endpoint\'s own, unless set), "preserve" (the client\'s), or a name.',
  ),
  loadBalancing: loadBalancing.optional(),
  healthCheck: healthCheck.optional().describe("Asks each endpoint how it is."),
  outlierDetection: z.union([z.literal(false), outlierDetection]).optional()
    .describe("On by default; false turns it off."),
  circuitBreaker: circuitBreaker.optional().describe("Absent: no limits."),
  capacity: z.strictObject({
    requestsPerSecond: z.number().gt(0, "a capacity is above 0").max(1_000_000_000),
  }).optional().describe("Above it, new requests spill to the failover clusters."),
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

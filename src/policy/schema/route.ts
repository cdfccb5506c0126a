/** Which requests a route takes, and what happens to them. */
import * as z from "zod";
import { stickyBy } from "./cluster.ts";
import { fault, hedge, mirror, retry } from "./resilience.ts";
import {
  duration,
  headerName,
  headerPolicy,
  headerValue,
  location,
  method,
  name,
  regex,
  regionPattern,
  stringMatcher,
  weight,
} from "./units.ts";

const pathMatcher = z.union([
  z.string(),
  z.strictObject({ regex }),
]).describe(
  '"/a/*" takes /a and everything below it by whole segments; any other string is exact; { regex } is RE2, matched whole.',
);

/** Every condition in one entry must hold. */
export const matchEntry = z.strictObject({
  path: pathMatcher.optional(),
  method: z.union([method, z.array(method).min(1)]).optional(),
  headers: z.record(headerName, stringMatcher).optional(),
  query: z.record(z.string().min(1), stringMatcher).optional(),
  cookies: z.record(headerName, stringMatcher).optional(),
});

const splitMember = z.strictObject({
  cluster: name,
  weight,
  headers: headerPolicy.optional(),
});

const pathChange = z.union([
  z.strictObject({ prefix: z.string() }),
  z.strictObject({ full: z.string() }),
  z.strictObject({ regex, with: z.string() }),
]).describe("Replaces the matched prefix, the whole path, or what an RE2 pattern matches.");

const redirect = z.strictObject({
  scheme: z.enum(["http", "https"]).optional(),
  host: z.string().optional(),
  port: z.int().min(1).max(65535).optional(),
  path: pathChange.optional(),
  status: z.union([301, 302, 303, 307, 308].map((status) => z.literal(status))).optional(),
});

const respond = z.strictObject({
  status: z.int().min(200).max(599),
  headers: z.record(headerName, headerValue).optional(),
  body: z.string().optional(),
});

/** At least one of both: see `check/confine.ts`. */
const confine = z.strictObject({
  regions: z.array(regionPattern).min(1).meta({ examples: [["eu-*"]] }).optional()
    .describe("Every endpoint is in one of these; * stands for any characters."),
  locations: z.array(location).min(1).optional()
    .describe("Every cluster's location is one of these."),
});

/** What a route may leave unsaid because `defaults` says it. */
export const routeDefaults = z.strictObject({
  timeout: duration.optional(),
  idleTimeout: duration.optional(),
  retry: retry.optional(),
  hedge: hedge.optional(),
  headers: headerPolicy.optional(),
});

export const route = z.strictObject({
  name,
  hosts: z.array(z.string()).min(1).meta({ examples: [["shop.example.com"]] }).optional().describe(
    "shop.example.com, or *.example.com for every name below it. Absent: every host.",
  ),
  match: z.union([matchEntry, z.array(matchEntry).min(1)])
    .meta({ examples: [{ path: "/shop/*" }] }).optional()
    .describe("Any of these entries. Absent: every request."),
  precedence: z.int().min(-1_000_000).max(1_000_000).optional()
    .describe("Higher goes first, before the most specific match (0)."),

  split: z.union([z.record(name, weight), z.array(splitMember).min(1)])
    .meta({ examples: [{ aws: 80, dc: 20 }] }).optional()
    .describe("Clusters and their weights."),
  to: name.meta({ examples: ["aws"] }).optional().describe("One cluster."),
  nearest: z.array(name).min(1).meta({ examples: [["aws", "dc"]] }).optional()
    .describe("The closest healthy one of these clusters to the caller."),
  fastest: z.array(name).min(1).meta({ examples: [["aws", "dc"]] }).optional()
    .describe("The healthy one of these clusters with the lowest measured latency."),
  redirect: redirect.optional(),
  respond: respond.optional(),

  failover: z.array(name).meta({ examples: [["pop"]] }).optional().describe(
    "Where the share of an unhealthy cluster goes, in order. Absent: to the other clusters of the route. []: nowhere.",
  ),
  confine: confine.optional().describe(
    "A promise, proved by validation: nothing of this route ever leaves these places, be it by split, failover or mirror.",
  ),
  sticky: stickyBy.optional(),
  timeout: duration.optional().describe(
    "For the whole answer, retries included; 0s: none. Unless set, 15s for the answer's headers.",
  ),
  idleTimeout: duration.optional()
    .describe(
      "How long the upstream may be silent, before the answer and within it. 0s: no limit.",
    ),
  retry: retry.optional(),
  hedge: z.union([z.literal(false), hedge]).optional()
    .describe("Another try beside one that takes long; false: none, whatever defaults say."),
  mirror: z.union([mirror, z.array(mirror)]).optional()
    .describe("Clusters that get copies of requests; nobody waits for their answers."),
  fault: fault.optional().describe("Delays and errors on purpose."),
  rewrite: z.strictObject({
    host: z.string().optional(),
    path: pathChange.optional(),
  }).optional(),
  headers: headerPolicy.optional(),
});

/** How a cluster's failures are found and contained. */
import * as z from "zod";
import { duration, headerName, headerValue, percent } from "./units.ts";

const hosts = z.int().min(1).max(1_000_000);
const volume = z.int().min(1).max(1_000_000_000);
const streak = z.int().min(0).max(1_000_000);

/** Envoy's outlier detection, with Limen's default for the cap (100 %). */
export const outlierDetection = z.strictObject({
  consecutive5xx: streak.optional()
    .describe("This many 5xx, resets or connect failures in a row eject (5). 0: never."),
  consecutiveGatewayErrors: streak.optional()
    .describe("This many 502, 503, 504, resets or connect failures in a row eject (0: never)."),
  consecutiveLocalOriginErrors: streak.optional().describe(
    "This many resets, connect failures and timeouts in a row eject; they then count as nothing else. 0: never.",
  ),
  successRate: z.strictObject({
    minimumHosts: hosts.optional().describe("Endpoints with enough requests (5)."),
    requestVolume: volume.optional().describe("Enough requests in one interval (100)."),
    stdevFactor: z.number().min(0).max(1000).optional()
      .describe("Standard deviations below the mean (1.9)."),
  }).optional().describe("Ejects what does clearly worse than the others. Absent: off."),
  failurePercentage: z.strictObject({
    threshold: z.number().gt(0, "a threshold is above 0").max(100, "a percentage is 0 to 100")
      .optional().describe("Percent of failures that eject (85)."),
    minimumHosts: hosts.optional().describe("Endpoints with enough requests (5)."),
    requestVolume: volume.optional().describe("Enough requests in one interval (50)."),
  }).optional().describe("Ejects what fails too often. Absent: off."),
  interval: duration.optional().describe(
    "How often rates are compared; a healthy one takes a step off the next ejection's length (10s).",
  ),
  baseEjectionTime: duration.optional().describe("Length of the first ejection (30s)."),
  maxEjectionTime: duration.optional().describe("No ejection is longer (300s)."),
  maxEjectionPercent: percent.optional()
    .describe("At most this part of a cluster is ejected at once (100)."),
});

export const healthCheck = z.strictObject({
  path: z.string().max(2048)
    .regex(
      /^\/[\x21\x22\x24-\x5b\x5d-\x7e]*$/,
      "a path starts with / and has no spaces, backslashes or fragment",
    )
    .meta({ examples: ["/healthz"] }).describe("Path and query of a GET."),
  interval: duration.optional().describe("From the end of one check to the next (10s)."),
  timeout: duration.optional().describe(
    "How long an answer may take (2s, or the interval if that is shorter).",
  ),
  jitter: duration.optional()
    .describe("Up to so much is added to each interval, by chance (10 % of it)."),
  noTrafficInterval: duration.optional().describe(
    "The interval until the cluster gets its first request (6 times interval, at most 60s).",
  ),
  unhealthyThreshold: z.int().min(1).max(1000).optional()
    .describe("Failures in a row that take an endpoint out (3)."),
  healthyThreshold: z.int().min(1).max(1000).optional()
    .describe("Successes in a row that bring it back (2)."),
  expect: z.array(z.int().min(100).max(599)).min(1).optional()
    .describe("The statuses of a success ([200])."),
  headers: z.record(headerName, headerValue).optional()
    .describe('Sent with each check; "secret:NAME" is an environment variable or a secret.'),
});

/** Limits of one isolate. */
export const circuitBreaker = z.strictObject({
  maxRequests: z.int().min(1, "0 would refuse every request: at least 1").max(1_000_000).optional()
    .describe("Requests in flight, retries included (1024)."),
  maxRetries: z.int().min(0).max(1_000_000).optional()
    .describe("Retries in flight (3). Stands alone."),
  retryBudget: z.strictObject({
    percent: percent.optional().describe("Retries per 100 first tries in flight (20)."),
    minConcurrency: z.int().min(0).max(1_000_000).optional()
      .describe("So many retries are always allowed (3)."),
  }).optional().describe("In place of maxRetries."),
});

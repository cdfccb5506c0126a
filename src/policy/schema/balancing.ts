/** How a cluster's requests are shared among its endpoints. */
import * as z from "zod";
import { duration, percent, place } from "./units.ts";

/** Envoy's slow start; a duration alone is its window. */
export const slowStart = z.union([
  duration,
  z.strictObject({
    window: duration.describe("How long an endpoint takes to reach its full weight."),
    aggression: z.number().gt(0, "an aggression is above 0").max(100).optional()
      .describe("1: the weight grows evenly; above, faster at first."),
    minWeightPercent: percent.optional().describe("Part of its weight to begin with (10)."),
  }),
]);

/** Istio's three. Which of them go together is checked apart. */
export const locality = z.strictObject({
  failover: z.array(z.strictObject({ from: place, to: place })).optional()
    .describe("Callers in one region prefer another one over all others."),
  distribute: z.array(z.strictObject({
    from: z.string().describe('Callers, such as "us-east/*".'),
    to: z.record(z.string(), z.int().min(0).max(100))
      .meta({ examples: [{ "us-east/*": 80, "us-west/*": 20 }] })
      .describe("Percentages by place; together 100."),
  })).min(1).optional().describe("Stands alone. The first entry for the caller's place holds."),
  failoverPriority: z.array(
    z.string().max(600).regex(/^[^\s=,]+(?:=.*)?$/, "write a label as key or key=value"),
  ).min(1).meta({ examples: [["region", "zone"]] }).optional()
    .describe("Labels: the more of them, from the first on, an endpoint shares, the sooner."),
});

export const loadBalancing = z.strictObject({
  algorithm: z.enum(["round-robin", "least-request", "random", "ring-hash", "maglev"]).optional()
    .describe("How an endpoint is chosen within its level (round-robin)."),
  slowStart: slowStart.optional()
    .describe("New and returning endpoints begin with a part of their weight."),
  overprovisioning: z.int().min(100).max(100_000).optional()
    .describe("Envoy's overprovisioning factor in percent (140)."),
  panicThreshold: percent.optional().describe(
    "Below this percentage of available endpoints, health is ignored (50). 0: never.",
  ),
  locality: locality.optional().describe(
    "Prefers endpoints by the gateway's place, in Istio's terms; {}: the nearest first.",
  ),
});

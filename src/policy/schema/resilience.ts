/** What a route does about slow and failed tries, and which it brings about itself. */
import * as z from "zod";
import { duration, method, name, percent, size } from "./units.ts";

const retryCondition = z.union([
  z.enum(["5xx", "gateway-error", "connect-failure", "reset", "retriable-4xx"]),
  z.int().min(400).max(599),
]);

export const retry = z.strictObject({
  attempts: z.int().min(0).max(10).optional()
    .describe("How often a request may be tried again (2). 0: never."),
  on: z.array(retryCondition).optional().describe(
    "What is tried again. Unless set: connect-failure, reset, 502, 503 and 504. All but connect-failure only for idempotent methods and those of methods.",
  ),
  methods: z.array(method).optional().describe(
    "Methods that may be sent again besides the idempotent ones, such as POST.",
  ),
  perTryTimeout: duration.optional().describe("How long one try may wait for an answer."),
  backoff: z.strictObject({
    base: duration.optional().describe("The first wait is random below this (25ms); it doubles."),
    max: duration.optional().describe("No wait is longer (10 times base)."),
  }).optional(),
  maxBody: size.optional().describe("Bodies up to this size can be sent again (64KiB)."),
});

export const hedge = z.strictObject({
  after: duration.describe("How long a try may take before another one starts beside it."),
  max: z.int().min(1).max(10).optional()
    .describe("Tries that start so for one request, out of retry.attempts (1)."),
});

export const mirror = z.strictObject({
  cluster: name,
  percent: percent.optional().describe("Of the requests that are copied (100)."),
});

export const fault = z.strictObject({
  delay: z.strictObject({
    percent: percent.optional().describe("Of the requests (100)."),
    for: duration.optional()
      .describe("Unless set, x-envoy-fault-delay-request behind a trusted proxy says it."),
  }).optional(),
  abort: z.strictObject({
    percent: percent.optional().describe("Of the requests (100)."),
    status: z.int().min(200).max(599).optional()
      .describe("Unless set, x-envoy-fault-abort-request behind a trusted proxy says it."),
  }).optional(),
});

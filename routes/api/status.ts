/** `GET status`: what this gateway serves, and who else of the fleet serves what. */
import * as z from "zod";
import { statusAnswer } from "../status.ts";
import { endpoint } from "./endpoint.ts";
import { component, findings, time } from "./schemas.ts";

const error = z.object({
  code: z.string(),
  message: z.string(),
  at: time.describe("When it was first met."),
});

const runtime = z.enum(["cloudflare", "deno"]);

const member = component(
  "Member",
  z.object({
    id: z.string().describe("Random; another one after each start."),
    group: z.string().describe("Where it is; empty where nobody knows."),
    runtime,
    revision: z.string().nullable().describe("That it serves; null: none yet."),
    since: time.nullable(),
    lastError: error.nullable(),
    seenAt: time.describe("When it was last heard of."),
  }),
);

const status = component(
  "Status",
  z.object({
    revision: z.string().nullable().describe("That this gateway serves; null: none yet."),
    activeSince: time.nullable(),
    lastCheck: time.nullable().describe("When it last looked at the store."),
    lastError: error.extend({ findings: findings.optional() }).nullable().describe(
      "Why what is in the store is not what it serves; null: it is.",
    ),
    members: z.array(member).describe("Isolates or processes heard of in the last few minutes."),
    groups: z.array(z.object({
      group: z.string(),
      runtime,
      members: z.int(),
      revisions: z.record(z.string(), z.int()).describe(
        "How many serve each; those that serve none stand under an empty name.",
      ),
      errors: z.int().describe("How many have something to complain about."),
    })),
    fleetError: z.string().optional().describe("Why the fleet can't be read; absent: it can."),
  }),
);

export const statusEndpoints = [
  endpoint({
    method: "GET",
    path: "/status",
    scope: "read",
    summary: "Which revision is served where, since when, and what is wrong.",
    answer: { description: "The status.", schema: status },
    handle: async (_, services) => ({ json: await statusAnswer(services) }),
  }),
];

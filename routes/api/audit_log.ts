/** `GET audit`: who has changed, or tried to change, what. */
import * as z from "zod";
import { AUDIT_KEPT } from "../../src/audit/audit.ts";
import { fault } from "../../src/model/fault.ts";
import { wholeNumber } from "./body.ts";
import { endpoint } from "./endpoint.ts";
import { component, time } from "./schemas.ts";

const entry = component(
  "AuditEntry",
  z.object({
    at: time,
    action: z.enum(["push", "rollback", "drain", "undrain"]),
    by: z.string().nullable().describe("The JWT's subject, or the name given; null: neither."),
    credential: z.enum(["token", "jwt"]).describe("By what it was let in."),
    subject: z.string().nullable().describe(
      "The revision or the cluster that it is about; null: none came of it.",
    ),
    previous: z.string().nullable().describe("The revision in force before; null: none."),
    message: z.string().nullable(),
    status: z.int().describe("The HTTP status that it was answered with."),
    code: z.string().nullable().describe("Of the problem document; null: it was done."),
    ip: z.string().nullable().describe("The client's address; null where nobody knows."),
  }),
);

const log = component(
  "AuditLog",
  z.object({ entries: z.array(entry).describe("Newest first.") }),
);

const USUAL = 100;

export const auditEndpoints = [
  endpoint({
    method: "GET",
    path: "/audit",
    scope: "read",
    summary: "Who has changed, or tried to change, what, and how it ended.",
    description: `At least the last ${AUDIT_KEPT} writes are kept, those that were refused too.`,
    parameters: [{
      in: "query",
      name: "limit",
      schema: z.int().min(1).max(AUDIT_KEPT),
      description: `How many of the newest; ${USUAL} unless set.`,
    }],
    answer: { description: "The audit log.", schema: log },
    refusals: ["bad_request", "store_unreachable"],
    handle: async ({ query }, { audit }) => {
      const bounds = { name: "limit", least: 1, most: AUDIT_KEPT, otherwise: USUAL };
      const limit = wholeNumber(query("limit"), bounds);
      if (typeof limit !== "number") return limit;
      const entries = await audit.read(limit);
      return "failure" in entries
        ? { refused: fault("store_unreachable", entries.failure) }
        : { json: { entries } };
    },
  }),
];

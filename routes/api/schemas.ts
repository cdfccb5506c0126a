/**
 * The shapes that several endpoints answer or take, and the names by which the OpenAPI document
 * refers to them. None transforms anything.
 */
import * as z from "zod";
import { policySchema } from "../../src/policy/schema/policy.ts";

/** The document's `components.schemas`. */
export const components = z.registry<{ id: string }>();

/** Gives a schema a name of its own in the document. */
export function component<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  components.add(schema, { id });
  return schema;
}

/** When something was, in ISO 8601. */
export const time = z.string().meta({ format: "date-time" });

export const revision = z.string().regex(/^[0-9a-f]{12}$/).describe("A policy's revision.");

/** A share of a route's traffic. */
export const share = z.number().min(0).max(1);

export const policy = component("Policy", policySchema);

export const finding = component(
  "Finding",
  z.object({
    code: z.string().regex(/^LIM\d{3}$/),
    severity: z.enum(["error", "warning"]),
    path: z.string().describe("Such as routes[0].split.aws; $ is the document itself."),
    line: z.int().min(1),
    column: z.int().min(1),
    message: z.string(),
  }),
);

export const findings = z.array(finding);

/** Of an endpoint, by a running gateway's own knowledge. */
export const trouble = {
  reason: z.enum(["ejected", "check", "excluded"]).nullable().describe(
    "Why it is unhealthy: outlier detection, its health checks, its own word; null: it is not.",
  ),
  ejectedUntil: time.nullable().describe("null while it is not ejected."),
};

export const problemDocument = component(
  "Problem",
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe("Stable; what a program goes by."),
    detail: z.string(),
    findings: findings.optional().describe("With invalid_policy: all of them."),
    errors: z.array(z.object({
      path: z.string().describe("The field, such as down[0]; $ is the body itself."),
      message: z.string(),
    })).optional().describe(
      "What is wrong with the request, where it is the body's or the query's.",
    ),
  }),
);

export const accepted = component(
  "Accepted",
  z.object({
    revision: revision.describe("That is in force now."),
    findings: findings.describe("Warnings."),
    pending: z.string().optional().describe(
      "Why readers elsewhere can't see it yet: it is stored, and spreads as soon as it can.",
    ),
  }),
);

/** A policy in a body: see `policyIn`. In the document it is a `Policy`, or its text. */
export const policyOrText = component("PolicyOrText", z.unknown());

/** One text or several. */
export const texts = z.union([z.string(), z.array(z.string())]);

/** Where gateway and client are. */
export const from = component(
  "From",
  z.union([
    z.string(),
    z.array(z.string()),
    z.record(z.string(), z.union([z.string(), z.number()])),
  ]).describe(
    "Where the gateway (region, zone, subzone; any other key is a label) and the client (latitude, longitude, country, ip) are: region=…,ip=… as one text or several, or as an object.",
  ),
);

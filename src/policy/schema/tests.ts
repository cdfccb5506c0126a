/** Tests that a policy carries: what shall become of one request, under a supposed health. */
import * as z from "zod";
import { headerName, headerValue, labelValue, method, name, place } from "./units.ts";

/** What a policy may hold of them; a push runs them all. */
export const MOST_TESTS = 1000;

/** Shares that differ by no more are one: nobody writes a third to its last digit. */
export const SHARE_TOLERANCE = 1e-6;

/** Clusters, or endpoints of them, as the command line names them. */
const named = z.array(z.string().max(80)).max(1000).meta({ examples: [["aws", "dc/1"]] });

const given = z.strictObject({
  down: named.optional().describe("Unhealthy: clusters, or endpoints as in dc/1."),
  degraded: named.optional().describe("Usable, but after healthy ones."),
  drain: named.optional().describe("Clusters that take no new requests."),
}).describe("What is not named is healthy.");

const degrees = (limit: number): z.ZodType<number | string> => {
  const message = `degrees are -${limit} to ${limit}`;
  return z.union([z.number().min(-limit, message).max(limit, message), z.string()]);
};

const from = z.union([
  z.string().max(2000),
  z.object({
    region: place.optional().describe("Where the gateway is."),
    zone: place.optional().describe("Where the gateway is."),
    subzone: place.optional().describe("Where the gateway is."),
    latitude: degrees(90).optional().describe("Where the client is."),
    longitude: degrees(180).optional().describe("Where the client is."),
    country: z.string().optional().describe("The client's: two letters."),
    ip: z.string().optional().describe("The client's address."),
  }).catchall(z.union([labelValue, z.number()])),
]).meta({ examples: [{ region: "eu-west-1", ip: "203.0.113.7" }] }).describe(
  'Where the gateway and the client are; any other key is a label of the gateway. Or a text such as "region=eu-west-1,ip=203.0.113.7".',
);

const request = z.strictObject({
  method: method.optional().describe("GET unless set."),
  url: z.string().max(16_384).meta({ examples: ["https://shop.example.com/cart"] })
    .describe("As the client asks for it, with scheme and host."),
  headers: z.record(headerName, z.union([headerValue, z.array(headerValue).min(1).max(100)]))
    .optional().describe("A list sends the header several times."),
});

const wantedHeaders = z.record(headerName, z.union([headerValue, z.literal(null)]))
  .describe("Values; null: not there.");

const expect = z.strictObject({
  route: z.union([name, z.literal(null)]).optional().describe(
    "Who takes the request; null: no route.",
  ),
  clusters: z.record(name, z.number().min(0, "a share is 0 to 1").max(1, "a share is 0 to 1"))
    .meta({ examples: [{ aws: 0.8, dc: 0.2 }] }).optional()
    .describe("Shares as fractions of 1. Clusters that are not listed are not judged."),
  request: z.strictObject({
    method: method.optional(),
    url: z.string().optional().describe("At the endpoint that is the most probable one."),
    headers: wantedHeaders.optional(),
  }).optional().describe("What goes upstream."),
  response: z.strictObject({
    status: z.int().min(100).max(599).optional(),
    code: z.string().optional().describe("Of a problem, such as no_route."),
    headers: wantedHeaders.optional(),
  }).optional().describe("The gateway's own answer."),
}).describe("At least one of these.");

export const policyTest = z.strictObject({
  name: z.string().max(200, "a test's name has at most 200 characters")
    .regex(/^\P{Cc}+$/u, "a test's name is a sentence on one line").describe(
      "What the policy promises, in a sentence; unique.",
    ),
  request,
  from: from.optional(),
  given: given.optional(),
  expect,
});

export type PolicyTest = z.infer<typeof policyTest>;

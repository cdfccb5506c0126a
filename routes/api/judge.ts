/** `POST validate`, `POST diff` and `POST test`: what is to be said of a policy before it is pushed. */
import * as z from "zod";
import { diffPolicies } from "../../src/diff/diff.ts";
import { DocumentError, parseDocument } from "../../src/policy/text.ts";
import { validate } from "../../src/policy/validate.ts";
import { runTests } from "../../src/policy_tests/run.ts";
import { explainGate } from "../explain_gate.ts";
import { jsonBody, readBody } from "./body.ts";
import { endpoint, isRefusal, type Refusal } from "./endpoint.ts";
import { activePolicy, noPolicy, policyOf, policyText } from "./policy_in_body.ts";
import { component, findings, policy, policyOrText, revision, share } from "./schemas.ts";

const wrapped = component(
  "ValidateRequest",
  z.strictObject({
    policy: policyOrText.optional(),
    target: z.enum(["cloudflare", "deno"]).optional().describe(
      "Whose limits are warned about; both unless set.",
    ),
  }),
);

/** What `validate` takes: a request, or the policy's text as it stands. */
interface Validating {
  /** `null`: the active one. */
  readonly text: string | null;
  readonly target?: "cloudflare" | "deno";
}

/** A policy has no key `policy`, so an object that has one, or nothing that a policy has, is a request. */
function readValidating(text: string): Validating | Refusal {
  const document = text.trim() === "" ? {} : documentIn(text);
  if (!isRequest(document)) return { text };
  const body = readBody(text, wrapped);
  if (isRefusal(body)) return body;
  const { target } = body;
  return { text: policyText(body, text), ...(target !== undefined && { target }) };
}

/** @returns `undefined`: it is no JSON */
function documentIn(text: string): unknown {
  try {
    return parseDocument(text);
  } catch (error) {
    if (error instanceof DocumentError) return undefined;
    throw error;
  }
}

function isRequest(document: unknown): boolean {
  if (typeof document !== "object" || document === null || Array.isArray(document)) return false;
  const keys = Object.keys(document);
  return keys.includes("policy") || keys.every((key) => key === "target");
}

const validateEndpoint = endpoint({
  method: "POST",
  path: "/validate",
  scope: "read",
  summary: "Everything that is wrong with a policy.",
  description:
    "The body is a request, or the bare text of a policy. Good or bad, the answer is 200. What this very deployment lacks, such as a binding, a push says.",
  body: {
    schema: component("Validating", z.union([wrapped, policy])),
    required: false,
    read: readValidating,
  },
  answer: {
    description: "The findings, by position.",
    schema: component("Findings", z.object({ findings })),
  },
  refusals: ["not_found"],
  handle: ({ body: { text, target } }, { feed: { active } }) => {
    const judged = text ?? active?.text;
    if (judged === undefined) return noPolicy;
    return {
      json: { findings: validate(judged, target === undefined ? {} : { target }).findings },
    };
  },
});

const withPolicy = component("WithPolicy", z.strictObject({ policy: policyOrText.optional() }));

const diff = component(
  "PolicyDiff",
  z.object({
    from: z.string().nullable().describe("The active revision; null: there is no policy."),
    to: revision,
    changes: z.array(z.object({
      kind: z.enum(["added", "removed", "changed", "warning"]),
      path: z.string(),
      message: z.string().describe("Such as checkout-canary: canary 10 % -> 25 %."),
      routes: z.array(z.string()).optional().describe(
        "Of a warning about several routes, all that lose requests.",
      ),
    })).describe("Empty for one and the same document, comments and layout aside."),
    shares: z.array(z.object({ route: z.string(), cluster: z.string(), from: share, to: share }))
      .describe("What moves while all endpoints are healthy."),
    text: z.string().describe("Unified diff of the texts."),
  }),
);

const diffEndpoint = endpoint({
  method: "POST",
  path: "/diff",
  scope: "read",
  summary: "What a policy would do otherwise than the one in force.",
  body: jsonBody(withPolicy),
  answer: { description: "The differences.", schema: diff },
  refusals: ["invalid_policy", "not_found"],
  handle: async ({ body, text }, { feed }) => {
    const after = await policyOf(body, text, feed);
    return isRefusal(after) ? after : { json: diffPolicies(activePolicy(feed), after) };
  },
});

const report = component(
  "TestReport",
  z.object({
    passed: z.int().min(0),
    failed: z.int().min(0),
    tests: z.array(z.object({
      name: z.string(),
      ok: z.boolean(),
      detail: z.string().describe('What was expected and what came; "" if it passed.'),
    })),
    uncovered: z.array(z.string()).describe("Routes that no test's request reached."),
  }),
);

const test = endpoint({
  method: "POST",
  path: "/test",
  scope: "read",
  summary: "Runs the tests that a policy carries.",
  body: jsonBody(withPolicy),
  answer: { description: "Which passed, and which routes none covers.", schema: report },
  refusals: ["invalid_policy", "not_found"],
  handle: async ({ body, text }, { feed, gateway }) => {
    const read = await policyOf(body, text, feed);
    if (isRefusal(read)) return read;
    const { policy: { tests = [] }, plan } = read;
    const uuid = (): string => gateway.platform.uuid();
    return { json: await runTests({ tests, plan, gate: explainGate, uuid }) };
  },
});

export const judgeEndpoints = [validateEndpoint, diffEndpoint, test];

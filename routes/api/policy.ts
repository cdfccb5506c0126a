/** `GET` and `PUT policy`, and `POST rollback`: the policy in force, and how it is replaced. */
import * as z from "zod";
import { fault, type FaultCode } from "../../src/model/fault.ts";
import type { PolicyFeed, PushResult } from "../../src/store/feed.ts";
import { preconditionIn } from "../if_match.ts";
import { authorHeaders, authorOf, messageOf } from "./author.ts";
import { type Call, endpoint, type Parameter, type Refusal, type Reply } from "./endpoint.ts";
import { jsonBody } from "./body.ts";
import { noPolicy } from "./policy_in_body.ts";
import { accepted, component, policy, revision } from "./schemas.ts";

const rollbackRequest = component("RollbackRequest", z.strictObject({ revision: z.string() }));

const ETAG = { ETag: "The revision, in quotes." };

/** Whoever changes the policy may say who they are, why, and what they mean to replace. */
const pushHeaders: readonly Parameter[] = [
  {
    in: "header",
    name: "If-Match",
    schema: z.string(),
    description: 'The revision that is to be replaced, in quotes: 412 if it is another. "*": any.',
  },
  {
    in: "header",
    name: "If-None-Match",
    schema: z.literal("*"),
    description: '"*": only if there is no policy yet, else 412.',
  },
  ...authorHeaders,
];

const refusals = [
  "invalid_policy",
  "revision_conflict",
  "store_unreachable",
] as const;

const getPolicy = endpoint({
  method: "GET",
  path: "/policy",
  scope: "read",
  summary: "The policy in force, byte for byte as it was pushed.",
  answer: { description: "The policy.", schema: policy, isPolicy: true, headers: ETAG },
  refusals: ["not_found"],
  handle: (_, { feed: { active } }) =>
    active === null ? noPolicy : { policy: active.text, revision: active.revision },
});

const putPolicy = endpoint({
  method: "PUT",
  path: "/policy",
  scope: "write",
  summary: "Puts a policy in force.",
  description:
    "The body is the policy's text; comments may stand in it. It is validated and its tests are run first: nothing is stored unless both find it good.",
  parameters: pushHeaders,
  body: { schema: policy, required: true, read: (text) => text },
  answer: { description: "It is in force.", schema: accepted, headers: ETAG },
  refusals,
  write: {
    action: "push",
    subject: ({ done }) => done === null ? null : (done as { revision: string }).revision,
    replaces: true,
  },
  handle: (call, { feed }) => pushed(call, feed, (options) => feed.push(call.body, options)),
});

const rollback = endpoint({
  method: "POST",
  path: "/rollback",
  scope: "write",
  summary: "Puts a policy of the history in force again.",
  parameters: pushHeaders,
  body: jsonBody(rollbackRequest, true),
  answer: { description: "It is in force.", schema: accepted, headers: ETAG },
  refusals: [...refusals, "not_found"],
  write: { action: "rollback", subject: ({ body }) => body?.revision ?? null, replaces: true },
  handle: (call, { feed }) =>
    revision.safeParse(call.body.revision).success
      ? pushed(call, feed, (options) => feed.rollback(call.body.revision, options))
      : { refused: fault("not_found", "No such revision: it is 12 hexadecimal digits.") },
});

export const policyEndpoints = [getPolicy, putPolicy, rollback];

interface PushOptions {
  readonly ifRevision?: string;
  readonly by?: string;
  readonly message?: string;
}

async function pushed(
  call: Call<unknown>,
  feed: PolicyFeed,
  push: (options: PushOptions) => Promise<PushResult>,
): Promise<Reply<z.infer<typeof accepted>>> {
  const active = feed.active?.revision ?? null;
  const condition = preconditionIn(call.header, active);
  if (condition === "malformed") {
    const why =
      'If-Match takes revisions in quotes, as in "1a2b…"; If-None-Match, by itself, only "*".';
    return { refused: fault("bad_request", why) };
  }
  if (condition === "unmatchable") {
    const why = active === null ? "There is no policy to replace." : "A weak tag never matches.";
    return { refused: fault("revision_conflict", why) };
  }
  const [by, message] = [authorOf(call), messageOf(call)];
  const result = await push({
    ...condition,
    ...(by !== null && { by }),
    ...(message !== null && { message }),
  });
  if (!result.ok) return refusalOf(result);
  const { findings, spreadFailure } = result;
  return {
    json: {
      revision: result.revision,
      findings,
      ...(spreadFailure !== null && { pending: spreadFailure.message }),
    },
    headers: { etag: `"${result.revision}"` },
  };
}

const CODES = {
  invalid_policy: "invalid_policy",
  revision_conflict: "revision_conflict",
  unknown_revision: "not_found",
  too_large: "body_too_large",
} as const satisfies Record<string, FaultCode>;

function refusalOf({ code, message, findings }: Extract<PushResult, { ok: false }>): Refusal {
  const known = code in CODES ? CODES[code as keyof typeof CODES] : "store_unreachable";
  return {
    refused: fault(known, message),
    ...(findings !== undefined && { members: { findings } }),
  };
}

/** The policy that a request is about: one that it brings along, or the active one. */
import { fault } from "../../src/model/fault.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { Finding } from "../../src/policy/finding.ts";
import type { Policy } from "../../src/policy/schema/policy.ts";
import { parseDocument } from "../../src/policy/text.ts";
import type { PolicyFeed } from "../../src/store/feed.ts";
import type { Refusal } from "./endpoint.ts";
import { memberText } from "./member_text.ts";

/** A body that may bring a policy along. */
export interface WithPolicy {
  /** The document, or its text. */
  readonly policy?: unknown;
}

/** A valid policy, in all its forms. */
export interface PolicyRead {
  readonly text: string;
  readonly policy: Policy;
  readonly plan: Plan;
  readonly revision: string;
}

/** With nothing active there is nothing to be about. */
export const noPolicy: Refusal = {
  refused: fault("not_found", "No policy has been pushed yet."),
};

/**
 * The text of the policy that a body brings along, so that positions are those of this text.
 *
 * @param text the body's
 * @returns `null`: it brings none
 */
export function policyText(body: WithPolicy, text: string): string | null {
  if (body.policy === undefined) return null;
  return typeof body.policy === "string" ? body.policy : memberText(text, "policy");
}

/** The plan of the body's policy, or the one in force. */
export async function planOf(
  body: WithPolicy,
  text: string,
  feed: Pick<PolicyFeed, "active" | "reader">,
): Promise<Plan | Refusal> {
  const brought = policyText(body, text);
  if (brought === null) return feed.active?.plan ?? noPolicy;
  const read = await readPolicy(brought, feed);
  return "refused" in read ? read : read.plan;
}

/** The body's policy, or the one in force, with its plan. */
export async function policyOf(
  body: WithPolicy,
  text: string,
  feed: Pick<PolicyFeed, "active" | "reader">,
): Promise<PolicyRead | Refusal> {
  const brought = policyText(body, text);
  return brought === null ? activePolicy(feed) ?? noPolicy : await readPolicy(brought, feed);
}

/** `null`: none. */
export function activePolicy({ active }: Pick<PolicyFeed, "active">): PolicyRead | null {
  if (active === null) return null;
  // It was validated before it came into force.
  const { text, plan, revision } = active;
  return { text, policy: parseDocument(text) as Policy, plan, revision };
}

async function readPolicy(
  text: string,
  { reader }: Pick<PolicyFeed, "reader">,
): Promise<PolicyRead | Refusal> {
  const validated = reader.validate(text);
  if (validated.policy === null) return invalidPolicy(validated.findings);
  const { policy, document } = validated;
  const revision = await reader.revisionOf(document);
  return { text, policy, plan: reader.compile(policy, revision), revision };
}

function invalidPolicy(findings: readonly Finding[]): Refusal {
  const errors = findings.filter(({ severity }) => severity === "error");
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return {
    refused: fault("invalid_policy", `${first!.path}: ${first!.message}${more}`),
    members: { findings },
  };
}

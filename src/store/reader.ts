/** What the store needs of policy and compile: text in, plan or findings out. */
import type { Plan } from "../plan/plan.ts";
import type { Finding } from "../policy/finding.ts";
import type { Policy } from "../policy/schema/policy.ts";

export type Validated =
  | {
    readonly policy: Policy;
    /** The parsed text, no defaults filled in: what the revision is the digest of. */
    readonly document: unknown;
    readonly findings: readonly Finding[];
  }
  | { readonly policy: null; readonly findings: readonly Finding[] };

export interface PolicyReader {
  /** Names the schema and rules of `validate`; equal fingerprints accept the same documents. */
  readonly fingerprint: string;
  validate(text: string): Validated;
  /** @throws when `text` is no JSON (comments are allowed) */
  parseDocument(text: string): unknown;
  revisionOf(document: unknown): Promise<string>;
  /** @throws when `policy` was not validated by the rules of `fingerprint` */
  compile(policy: Policy, revision: string): Plan;
  /**
   * Runs the tests that a policy carries: an error for each that fails. For what is pushed or put;
   * a document that was pushed before is not tested again. Absent: nobody runs them.
   */
  rehearse?(validated: Rehearsed): Promise<readonly Finding[]>;
  /** Why this very deployment can't run a plan, say for a binding it lacks. Errors refuse the plan. */
  accept?(plan: Plan): readonly Finding[];
}

/** What tests are run on. */
export interface Rehearsed {
  readonly policy: Policy;
  readonly plan: Plan;
  /** The positions of findings are worked out from it. */
  readonly text: string;
}

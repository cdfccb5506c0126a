/** What a feed says of itself: the policy in force, what is wrong with the store, what happened. */
import type { Plan } from "../plan/plan.ts";
import type { Finding } from "../policy/finding.ts";
import type { StoreFailure, StoreFailureCode } from "./port.ts";
import type { Stamp } from "./stamp.ts";

export interface ActivePolicy {
  readonly plan: Plan;
  readonly text: string;
  readonly revision: string;
  /** `null` when it came by a raw put. */
  readonly stamp: Stamp | null;
  /** When this revision came into force here, in ISO 8601. */
  readonly since: string;
}

export interface FeedError {
  readonly code: "missing" | "invalid_policy" | StoreFailureCode;
  readonly message: string;
  /** When it was first met, in ISO 8601. */
  readonly at: string;
  readonly findings?: readonly Finding[];
}

export interface FeedStatus {
  readonly revision: string | null;
  readonly activeSince: string | null;
  /** When the store was last looked at, with whatever result. */
  readonly lastCheck: string | null;
  /** Why what is in the store is not what is in force; `null` when it is. */
  readonly lastError: FeedError | null;
}

export type FeedEvent =
  | {
    readonly event: "policy_activated";
    readonly revision: string;
    readonly from: "store" | "push" | "last_good";
    /** `false` when a stamp's word was taken. */
    readonly validated: boolean;
  }
  | { readonly event: "policy_error"; readonly revision: string | null; readonly error: FeedError }
  | { readonly event: "policy_recovered"; readonly revision: string }
  | { readonly event: "last_good_not_saved"; readonly failure: StoreFailure }
  /** What came into force by a put is not in the history yet. */
  | {
    readonly event: "history_not_kept";
    readonly revision: string;
    readonly failure: StoreFailure;
  };

/** What the gateway decided for one request, and how that went: the JSON of `x-limen-explain`. */
import type { FaultCode } from "../model/fault.ts";

/** Asks for a request's decision, and brings it in the response. */
export const EXPLAIN_HEADER = "x-limen-explain";

/** How a try came about. */
export type Cause = "first" | "retry" | "hedge";

/** How a try ended. A number is the status that was answered. */
export type AttemptOutcome =
  | number
  /** The connection was surely never made. */
  | "connect-failure"
  /** No answer, and it is open what the upstream did. */
  | "reset"
  | "timeout"
  /** Another try was faster. */
  | "given-up"
  /** It waited for its back-off when another try was answered. */
  | "not-sent";

export interface DecidedAttempt {
  readonly cluster: string;
  /** Position in the cluster's list. */
  readonly endpoint: number;
  readonly cause: Cause;
  /** The try that it repeats or stands beside, 1 for the first; absent for the first itself. */
  readonly of?: number;
  /** Back-off before it; absent: none. */
  readonly waitMs?: number;
  /** When it was sent, after the request's arrival; absent: it was not. */
  readonly atMs?: number;
  /** Until the answer's headers, the failure, or until it was given up; absent: it was not sent. */
  readonly tookMs?: number;
  readonly outcome: AttemptOutcome;
}

/** How the member was found that a request belongs to. */
export type DrawnBy =
  /** There is no other. */
  | "only"
  | "weight"
  /** By the caller's key. */
  | "sticky"
  | "nearest"
  | "fastest"
  /** A `fastest` route sends a few requests to the others, so that it knows their latency. */
  | "exploring";

export interface Chosen {
  /** Cluster of the member whose request it is. */
  readonly member: string;
  readonly by: DrawnBy;
  /** Where it went first; the member's own cluster unless `moved`. */
  readonly cluster: string;
  /** Why it went elsewhere: for want of health, or of `capacity`. */
  readonly moved?: "failover" | "capacity";
}

export interface InjectedFault {
  readonly delayMs?: number;
  readonly abortStatus?: number;
}

export interface Decision {
  /** Of the policy; `null`: there was none. */
  readonly revision: string | null;
  /** `null`: none took the request. */
  readonly route: string | null;
  /** By what the client was answered: an upstream, the policy, or a problem document's code. */
  readonly answered: "upstream" | "redirect" | "respond" | FaultCode;
  /** From the request's arrival to the response's headers. */
  readonly totalMs: number;
  /** The probability that each cluster had, 0 to 1, where it is above 0. */
  readonly shares?: Readonly<Record<string, number>>;
  readonly chosen?: Chosen;
  /** The caller has no sticky cookie yet, and gets one with this response. */
  readonly newCookie?: true;
  /** Clusters with as much as their `capacity` allows, which took no part of this request. */
  readonly full?: readonly string[];
  /** Clusters whose health was ignored for this request's member, since too few are healthy. */
  readonly panic?: readonly string[];
  readonly fault?: InjectedFault;
  /** In the order in which they were decided on. */
  readonly attempts?: readonly DecidedAttempt[];
  /** Why there was not another try, though the last one was worth it and tries were left. */
  readonly noRetry?: "capacity" | "time" | "circuit_open";
  /** `CLUSTER/N` of each copy that was sent. */
  readonly mirrors?: readonly string[];
  /** Some of it is left out, as a header has only so much room. */
  readonly cut?: true;
}

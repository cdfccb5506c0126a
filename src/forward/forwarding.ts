/** What it takes to forward one request, and what comes of it. */
import type { DecisionRecorder } from "../decision/recorder.ts";
import type { HealthRegistry } from "../health/registry.ts";
import type { MutableHeaders } from "../model/headers.ts";
import type { Answer, BodyDeadline, Exchange, Platform } from "../model/platform.ts";
import type { Coordinates } from "../plan/locality.ts";
import type { ForwardPlan, MemberPlan } from "../plan/plan.ts";
import type { Choice } from "../steer/choose.ts";
import type { Steering } from "../steer/steering.ts";

export interface Forwarding {
  readonly platform: Platform;
  readonly steering: Steering;
  readonly health: HealthRegistry;
  readonly exchange: Exchange;
  readonly route: ForwardPlan;
  /** 32-bit hash of the sticky key; `null`: by chance. */
  readonly key: number | null;
  /** Where the client is; `null` where nobody knows, or nothing asks. */
  readonly from: Coordinates | null;
  /** Path and query as the upstream gets them. */
  readonly target: string;
  /** Host to send where the cluster preserves the client's. */
  readonly authority: string;
  readonly upgrade: boolean;
  /** The request's headers for a member of the split. */
  readonly headersFor: (member: MemberPlan) => MutableHeaders;
  /** Notes what becomes of it; `null`: nobody may know. */
  readonly decision: DecisionRecorder | null;
}

export interface Forwarded {
  readonly answer: Answer;
  readonly choice: Choice;
  readonly deadline: BodyDeadline | null;
}

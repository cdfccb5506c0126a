/** What isolates, hub and probers ask each other, and by which names they find each other. */
import type { Notice } from "../../fleet/hub.ts";
import type { FleetReport, FleetState } from "../../fleet/port.ts";

/** Bindings of wrangler.toml. */
export const FLEET_BINDING = "FLEET";
export const PROBERS_BINDING = "PROBERS";
export const CAPACITY_BINDING = "CAPACITY";

/** The only object of its class. */
export const HUB_NAME = "fleet";

/**
 * Where checks come from: Cloudflare's location hints, which are the probers' names too. More than
 * half of them decide.
 */
export const PROBER_PLACES = ["wnam", "enam", "weur", "eeur", "apac"];

/** What an isolate asks the hub at `/sync`. */
export interface SyncQuestion {
  readonly report: FleetReport;
  /** Version of the state that it has; `null`: none. */
  readonly known: string | null;
  /** How long the answer may wait for another state than the known one; milliseconds. */
  readonly waitMs: number;
  /** What it follows; `null`: no policy yet. */
  readonly policy: FollowedPolicy | null;
}

export interface FollowedPolicy {
  readonly revision: string;
  /** Whether any cluster has health checks. */
  readonly checks: boolean;
}

export type SyncAnswer = FleetState | "unchanged";

/** What an isolate asks the hub at `/members`: everything. The answer is a `HeardStatus` for each. */
export type MembersQuestion = Readonly<Record<string, never>>;

/** What an isolate asks the hub at `/drain`; the answer is the `FleetState` after it. */
export interface DrainQuestion {
  readonly cluster: string;
  readonly drained: boolean;
}

/** What the hub tells a prober at `/wake`. */
export interface WakeQuestion {
  readonly place: string;
  readonly notice: Notice;
}

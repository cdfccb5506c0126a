/**
 * What the isolates or processes of one deployment know together: who is drained, what was found
 * unhealthy, how much of a capacity each may use. Filled by `platform/cloudflare/fleet_store.ts`
 * (Durable Objects) and `platform/deno/fleet_store.ts` (Deno KV). No operation rejects, and no
 * request waits for one.
 */
import type { CapacityAsk, CapacityGrant } from "../capacity/lease.ts";
import type { Verdict } from "../health/active_check.ts";
import type { EndpointName } from "../health/registry.ts";

/** An ejection by one member's outlier detection, for all to follow. */
export interface SharedEjection {
  readonly cluster: string;
  readonly origin: string;
  /** Milliseconds since the epoch. */
  readonly untilMs: number;
}

/** What active health checks found, by whatever majority the platform asks for. */
export interface SharedVerdict {
  readonly cluster: string;
  readonly origin: string;
  readonly verdict: Verdict;
}

export interface FleetState {
  /** Equal for equal content; opaque. */
  readonly version: string;
  /** Names of clusters that take no new requests. */
  readonly drained: readonly string[];
  readonly ejections: readonly SharedEjection[];
  /** Of endpoints that are not checked here, by this member itself; empty where each checks for itself. */
  readonly verdicts: readonly SharedVerdict[];
}

/** What one isolate or process says of itself. */
export interface MemberStatus {
  /** Random; another one after each start. */
  readonly id: string;
  /** Where it is: Cloudflare's location, or region and zone of `LIMEN_LOCALITY`; "" where nobody knows. */
  readonly group: string;
  readonly runtime: "cloudflare" | "deno";
  /** That it serves; `null`: none yet. */
  readonly revision: string | null;
  /** Since when it serves it, in ISO 8601. */
  readonly since: string | null;
  /** Why what is in the store is not what it serves; `null`: it is. */
  readonly lastError:
    | { readonly code: string; readonly message: string; readonly at: string }
    | null;
}

/** A status with when it was last heard. */
export interface HeardStatus extends MemberStatus {
  /** In ISO 8601. */
  readonly seenAt: string;
}

export interface FleetFailure {
  readonly failure: string;
}

export const isFleetFailure = (result: object): result is FleetFailure => "failure" in result;

/** What a member tells the fleet each time it looks. */
export interface FleetReport {
  /** Ejections since the last report that was taken. */
  readonly ejections: readonly SharedEjection[];
  /** Clusters that have had requests here since then: they are checked more often. */
  readonly busy: readonly string[];
  /** Endpoints that have said since then, in an answer to a client, that they are out. */
  readonly takenOut: readonly EndpointName[];
  /** The member's own; `null`: nothing that the fleet has not heard of lately. */
  readonly status: MemberStatus | null;
}

export interface FleetStore {
  /**
   * Reports, and reads the state.
   *
   * @param known version that the caller has; `null`: none. A store may wait for a change from it
   * @returns "unchanged" if `known` still holds
   */
  sync(report: FleetReport, known: string | null): Promise<FleetState | "unchanged" | FleetFailure>;

  /** Takes a cluster out or back, strongly consistent. @returns `null`: done */
  drain(cluster: string, drained: boolean): Promise<FleetFailure | null>;

  /** Asks for parts of capacities; one grant for each ask that could be decided. */
  lease(asks: readonly CapacityAsk[]): Promise<readonly CapacityGrant[] | FleetFailure>;

  /** Every member that was heard of in the last few minutes. */
  members(): Promise<readonly HeardStatus[] | FleetFailure>;

  /** Calls `onChange` when the state may have changed, until `signal` aborts. Absent where it can't be watched. */
  watch?(onChange: () => void, signal: AbortSignal): Promise<void>;
}

/** What a cluster's `loadBalancing.locality` says, and whom it is applied to. */
import type { DistributeRule } from "./distribute.ts";
import type { FailoverRule } from "./failover.ts";
import type { Labels } from "./labels.ts";
import type { Locality } from "./locality.ts";

/**
 * One of Istio's three. `failover` and `failoverPriority` need something that finds an endpoint
 * unhealthy (outlier detection, a health check): a cluster without has no setting, because its
 * lower levels would stand idle for ever.
 */
export type LocalitySetting =
  | {
    readonly kind: "failover";
    /** Empty: by distance alone. */
    readonly failover: readonly FailoverRule[];
  }
  | {
    readonly kind: "failoverPriority";
    /** `key` or `key=value`; see `parseLabelRule`. */
    readonly failoverPriority: readonly string[];
    /** Refines the order by labels; empty: it does not. */
    readonly failover: readonly FailoverRule[];
  }
  | { readonly kind: "distribute"; readonly distribute: readonly DistributeRule[] };

/** Who asks: for an ingress gateway, the gateway itself. */
export interface Caller {
  readonly locality: Locality;
  readonly labels: Labels;
}

/** An endpoint, its cluster's place filled in where it names none. */
export interface PlacedEndpoint {
  readonly locality: Locality;
  readonly labels: Labels;
  /** As configured: 0 or more, lower is used first. */
  readonly priority: number;
  /** 0 or more; 0 takes nothing. */
  readonly weight: number;
}

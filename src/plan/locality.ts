/** Places, and what a policy makes of them. Types only. */

/** Each part may be empty, which means unknown; two unknown parts count as equal (Istio). */
export interface Locality {
  readonly region: string;
  readonly zone: string;
  readonly subzone: string;
}

/** A point on the globe. */
export interface Coordinates {
  /** Degrees north, -90 to 90. */
  readonly latitude: number;
  /** Degrees east, -180 to 180. */
  readonly longitude: number;
}

/** As the policy holds them. */
export type Labels = Readonly<Record<string, string>>;

/** Who asks, as far as localities go: for an ingress gateway, the gateway itself. */
export interface Caller {
  readonly locality: Locality;
  readonly labels: Labels;
}

/** Callers in region `from` prefer region `to` over all other foreign ones. Names, no patterns. */
export interface FailoverRule {
  readonly from: string;
  readonly to: string;
}

/** Rules such as `us-east/*`; see `parseLocalityRule`. */
export interface DistributeRule {
  readonly from: string;
  /** Pairs of rule and weight, 0 or more, in the policy's order. Should add up to 100. */
  readonly to: readonly (readonly [rule: string, weight: number])[];
}

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

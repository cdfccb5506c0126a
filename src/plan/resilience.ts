/**
 * What a policy says about failures: how they are found, contained, provoked
 * and rehearsed. Types only; all times in milliseconds, percentages 0 to 100.
 */

/** A host that has just come, or come back, begins with a part of its weight (Envoy slow start). */
export interface SlowStartPlan {
  /** Above 0. */
  readonly windowMs: number;
  /** 1: linear. Above 1 the weight grows faster at first, below 1 slower. Not above 0 counts as 1. */
  readonly aggression: number;
  /** The least part of its weight that a host starts with, 0 to 100 (Envoy: 10). */
  readonly minWeightPercent: number;
}

/** Envoy's success-rate outlier detection. */
export interface SuccessRatePlan {
  /** Endpoints with enough requests that it takes to compare them, at least 1. */
  readonly minimumHosts: number;
  /** Requests of one interval that make an endpoint's rate count, at least 1. */
  readonly requestVolume: number;
  /** Standard deviations below the mean from which on an endpoint is out, 0 or more. */
  readonly stdevFactor: number;
}

/** Envoy's failure-percentage outlier detection. */
export interface FailurePercentagePlan {
  /** Percent of failures from which on an endpoint is out, above 0. */
  readonly threshold: number;
  readonly minimumHosts: number;
  readonly requestVolume: number;
}

/** Limits of one cluster, per isolate. */
export interface CircuitBreakerPlan {
  /** Requests in flight, retries included. */
  readonly maxRequests: number;
  readonly retries:
    | { readonly kind: "max"; readonly max: number }
    | {
      readonly kind: "budget";
      /** Of the first tries in flight. */
      readonly percent: number;
      /** As many retries are allowed whatever the percentage comes to. */
      readonly minConcurrency: number;
    };
}

/** Faults that a route injects into its requests. */
export interface FaultPlan {
  /** `forMs` is `null` where only a trusted request's header says how long. */
  readonly delay: { readonly percent: number; readonly forMs: number | null } | null;
  /** `status` is `null` where only a trusted request's header says which. */
  readonly abort: { readonly percent: number; readonly status: number | null } | null;
}

/** Where copies of a route's requests go. */
export interface MirrorPlan {
  /** Index of the cluster. */
  readonly cluster: number;
  /** Of the requests that are copied; 100 where the policy says nothing. */
  readonly percent: number;
}

/** Further tries beside one that takes long. */
export interface HedgePlan {
  /** How long the latest try may take before another is started. */
  readonly afterMs: number;
  /** Tries started so for one request, at most. */
  readonly max: number;
}

/** `secret:NAME` in a policy: an environment variable's or a secret's value, never in the plan. */
export interface Secret {
  readonly secret: string;
}

/** Active health checks of a cluster's endpoints. */
export interface HealthCheckPlan {
  /** Path and query of the request. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string | Secret])[];
  readonly timeoutMs: number;
  readonly intervalMs: number;
  /** In place of `intervalMs` until the cluster gets its first request. */
  readonly noTrafficIntervalMs: number;
  /** Up to so much is added to each wait, by chance. */
  readonly jitterMs: number;
  /** Up to so much of the interval is added too, in percent. */
  readonly jitterPercent: number;
  /** The first check waits up to so long. */
  readonly initialJitterMs: number;
  /** Failures in a row that take a healthy endpoint out, at least 1. */
  readonly unhealthyThreshold: number;
  /** Successes in a row that bring it back, at least 1. */
  readonly healthyThreshold: number;
  /** The statuses of a success. */
  readonly expect: ReadonlySet<number>;
}

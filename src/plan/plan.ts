/**
 * The plan: a policy after `compile`. Every name is resolved to an index, every
 * duration to milliseconds, every pattern to a compiled one, and all of it is
 * frozen. A request reads the plan and decides nothing about configuration.
 */
import type { Coordinates, Labels, Locality, LocalitySetting } from "./locality.ts";
import type {
  CircuitBreakerPlan,
  FailurePercentagePlan,
  FaultPlan,
  HealthCheckPlan,
  HedgePlan,
  MirrorPlan,
  SlowStartPlan,
  SuccessRatePlan,
} from "./resilience.ts";
import type { RouteTable } from "./table.ts";

export interface Plan {
  /** First 12 hex digits of the SHA-256 of the policy's canonical JSON. */
  readonly revision: string;
  readonly clusters: readonly ClusterPlan[];
  readonly routes: readonly RoutePlan[];
  /** Finds the route of a request: see `match/find.ts`. */
  readonly table: RouteTable;
  readonly trust: TrustPlan;
}

export interface ClusterPlan {
  /** Position in `Plan.clusters`. */
  readonly index: number;
  readonly name: string;
  readonly location: "public" | "private" | "edge";
  /** "" where the policy says nothing. */
  readonly region: string;
  /** What `nearest` measures to; `null`: it comes after all clusters that have them. */
  readonly coordinates: Coordinates | null;
  readonly endpoints: readonly EndpointPlan[];
  /** "upstream" and "preserve" as in the policy; else the Host to send. */
  readonly host: "upstream" | "preserve" | { readonly name: string };
  readonly algorithm: Algorithm;
  /** `null`: an endpoint has all its weight from the start. */
  readonly slowStart: SlowStartPlan | null;
  /** Orders or weighs endpoints by the caller's place. `null`: configured priorities alone. */
  readonly locality: LocalitySetting | null;
  /** Envoy's overprovisioning factor, in percent, at least 100. */
  readonly overprovisioning: number;
  /** Percent; 0 turns panic off. */
  readonly panicThreshold: number;
  /** `null`: endpoints are never ejected. */
  readonly outlier: OutlierPlan | null;
  /** `null`: endpoints are not checked. */
  readonly healthCheck: HealthCheckPlan | null;
  /** `null`: no limits. */
  readonly breaker: CircuitBreakerPlan | null;
  /** Requests per second, above 0, that the whole fleet may send here; `null`: no limit. */
  readonly capacity: number | null;
  /** How long one try may wait for this cluster's response headers; `null`: no limit of its own. */
  readonly timeoutMs: number | null;
  /** Cloudflare binding to fetch through. */
  readonly binding: string | null;
}

/** How an endpoint is chosen within its level. */
export type Algorithm = "round-robin" | "least-request" | "random" | "ring-hash" | "maglev";

export interface EndpointPlan {
  /** Position in the cluster's list. */
  readonly index: number;
  /** `https://host:port`, without a trailing slash. */
  readonly origin: string;
  readonly weight: number;
  /** 0 is used first. */
  readonly priority: number;
  /** The cluster's where the endpoint names none. */
  readonly locality: Locality;
  readonly labels: Labels;
}

/** Outlier detection (Envoy); all times in milliseconds. */
export interface OutlierPlan {
  /** 0: off. */
  readonly consecutive5xx: number;
  /** 0: off. */
  readonly consecutiveGatewayErrors: number;
  /**
   * Tries in a row without an answer (connect failure, reset, timeout); 0: off. `null`: these are
   * not told apart, and count as 5xx and as gateway errors.
   */
  readonly consecutiveLocalOriginErrors: number | null;
  /** `null`: off. */
  readonly successRate: SuccessRatePlan | null;
  /** `null`: off. */
  readonly failurePercentage: FailurePercentagePlan | null;
  readonly intervalMs: number;
  readonly baseEjectionMs: number;
  readonly maxEjectionMs: number;
  readonly maxEjectionPercent: number;
}

export interface RoutePlan {
  /** Position in `Plan.routes`. */
  readonly index: number;
  readonly name: string;
  readonly action: ActionPlan;
  /** Applied to every response of the route, the gateway's own redirects and answers too. */
  readonly responseHeaders: HeaderEditsPlan | null;
}

export type ActionPlan = ForwardPlan | RedirectPlan | RespondPlan;

export interface ForwardPlan {
  readonly kind: "forward";
  /** How a request's member is found: by weight, by the caller's distance, by measured latency. */
  readonly select: "weight" | "nearest" | "fastest";
  readonly members: readonly MemberPlan[];
  /**
   * Indices of clusters: where an unhealthy member's share goes, in order.
   * `null`: to the other members (of "nearest" and "fastest": the next nearest, the next fastest).
   * Empty: nowhere.
   */
  readonly failover: readonly number[] | null;
  readonly sticky: StickyPlan | null;
  /**
   * For the whole exchange, the answer's body included. `null`: the policy sets none, so the
   * answer's headers must arrive within `DEFAULT_HEADERS_TIMEOUT_MS`. 0: no limit.
   */
  readonly timeoutMs: number | null;
  /** How long the upstream may be silent, before the answer and within it; `null`: no limit. */
  readonly idleTimeoutMs: number | null;
  readonly retry: RetryPlan;
  readonly hedge: HedgePlan | null;
  readonly mirrors: readonly MirrorPlan[];
  readonly fault: FaultPlan | null;
  readonly rewriteHost: string | null;
  readonly rewritePath: PathChangePlan | null;
  readonly requestHeaders: HeaderEditsPlan | null;
}

export interface MemberPlan {
  /** Index of the cluster. */
  readonly cluster: number;
  readonly weight: number;
  /** `memberSeed` of the cluster's name: its identity in sticky draws. */
  readonly seed: number;
  readonly requestHeaders: HeaderEditsPlan | null;
  readonly responseHeaders: HeaderEditsPlan | null;
}

export type StickyPlan =
  | { readonly by: "cookie"; readonly name: string; readonly ttlSeconds: number | null }
  | { readonly by: "header"; readonly name: string }
  | { readonly by: "query"; readonly name: string }
  | { readonly by: "ip" };

export interface RetryPlan {
  /** Further tries after the first; 0 turns retries off. */
  readonly attempts: number;
  readonly on: RetryConditions;
  /** Methods that may be repeated besides the idempotent ones (RFC 9110 §9.2.2). */
  readonly methods: ReadonlySet<string>;
  /** How long one try may wait for response headers. */
  readonly perTryTimeoutMs: number | null;
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  /** Bodies up to this many bytes can be sent again. */
  readonly maxBodyBytes: number;
}

/** What makes a try worth repeating (Envoy `retry_on`). */
export interface RetryConditions {
  /** The connection was surely never made: any method. */
  readonly connectFailure: boolean;
  /** No answer at all: reset, disconnect, per-try timeout. Idempotent methods only. */
  readonly reset: boolean;
  /** Answers with these statuses. Idempotent methods only. */
  readonly statuses: ReadonlySet<number>;
}

export interface HeaderEditsPlan {
  /** Lower-case names. */
  readonly remove: readonly string[];
  readonly set: readonly (readonly [name: string, value: string])[];
  readonly add: readonly (readonly [name: string, value: string])[];
}

export type PathChangePlan =
  | { readonly kind: "prefix"; /** Without a trailing slash; may be empty. */ readonly to: string }
  | { readonly kind: "full"; readonly to: string }
  | { readonly kind: "regex"; readonly apply: (path: string) => string };

export interface RedirectPlan {
  readonly kind: "redirect";
  readonly scheme: "http" | "https" | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly path: PathChangePlan | null;
  readonly status: number;
}

export interface RespondPlan {
  readonly kind: "respond";
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | null;
}

/** Lower-case names of the headers by which a trusted proxy tells where the client is. */
export interface ClientHeadersPlan {
  readonly country: string;
  readonly latitude: string;
  readonly longitude: string;
}

export interface TrustPlan {
  readonly clientHeaders: ClientHeadersPlan;
  /** Whether `address`'s X-Forwarded-* and Forwarded headers are believed. */
  readonly isProxy: (address: string) => boolean;
}

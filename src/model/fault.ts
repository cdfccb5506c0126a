/**
 * What the gateway itself can answer, as values. A stage that can't go on
 * returns a fault; `routes/problem.ts` alone turns faults into responses.
 */

export interface FaultKind {
  /** The response's status. */
  readonly status: number;
  /** The `title` of the problem document (RFC 9457 §3.1.3). */
  readonly title: string;
  /** A proxy error type registered by RFC 9209 §2.3. */
  readonly proxyError: string;
  /** What its response carries besides. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Every code a client can meet. The names are part of the contract and never change. */
export const faultKinds = {
  no_route: {
    status: 404,
    title: "No route takes this request",
    proxyError: "destination_not_found",
  },
  no_healthy_upstream: {
    status: 503,
    title: "No upstream can take this request now",
    proxyError: "destination_unavailable",
  },
  circuit_open: {
    status: 503,
    title: "The upstream has as many requests as the policy allows",
    proxyError: "connection_limit_reached",
    // Another gateway in front must not try this again.
    headers: { "x-limen-overloaded": "true" },
  },
  over_capacity: {
    status: 503,
    title: "The upstream has as many requests per second as it can take",
    proxyError: "connection_limit_reached",
    // Capacities are counted by the second.
    headers: { "retry-after": "1" },
  },
  /** The status is the policy's. */
  fault_injected: {
    status: 503,
    title: "This failure was asked for by the policy",
    proxyError: "proxy_internal_response",
  },
  upstream_timeout: {
    status: 504,
    title: "The upstream did not answer in time",
    proxyError: "http_response_timeout",
  },
  upstream_connect_failed: {
    status: 502,
    title: "The upstream could not be reached",
    proxyError: "connection_refused",
  },
  upstream_reset: {
    status: 502,
    title: "The upstream closed the connection before it answered",
    proxyError: "connection_terminated",
  },
  bad_request: {
    status: 400,
    title: "The request can't be understood",
    proxyError: "http_request_error",
  },
  uri_too_long: {
    status: 414,
    title: "The request's target is too long",
    proxyError: "http_request_error",
  },
  not_implemented: {
    status: 501,
    title: "This method can't be forwarded",
    proxyError: "http_request_error",
  },
  loop_detected: {
    status: 508,
    title: "The request has passed this gateway too often",
    proxyError: "proxy_loop_detected",
  },
  /** Nobody reads this one: it says in log and metrics why a request ended. */
  client_gone: {
    status: 499,
    title: "The client left before the answer",
    proxyError: "http_request_error",
  },
  not_ready: {
    status: 503,
    title: "The gateway has no policy yet",
    proxyError: "proxy_configuration_error",
  },
  internal_error: {
    status: 500,
    title: "The gateway failed",
    proxyError: "proxy_internal_error",
  },
  invalid_policy: {
    status: 422,
    title: "The policy is not valid",
    proxyError: "http_request_error",
  },
  unprocessable: {
    status: 422,
    title: "The request names something that is not there, or is not valid",
    proxyError: "http_request_error",
  },
  revision_conflict: {
    status: 412,
    title: "Another policy was pushed first",
    proxyError: "http_request_error",
  },
  unauthenticated: {
    status: 401,
    title: "Valid credentials are needed",
    proxyError: "http_request_denied",
  },
  forbidden: {
    status: 403,
    title: "This is not allowed",
    proxyError: "http_request_denied",
  },
  rate_limited: {
    status: 429,
    title: "Too many requests",
    proxyError: "http_request_denied",
  },
  not_found: {
    status: 404,
    title: "There is nothing here",
    proxyError: "http_request_error",
  },
  method_not_allowed: {
    status: 405,
    title: "This method is not allowed here",
    proxyError: "http_request_error",
  },
  body_too_large: {
    status: 413,
    title: "The request's body is too large",
    proxyError: "http_request_error",
  },
  store_unreachable: {
    status: 503,
    title: "The policy store could not do this",
    proxyError: "destination_unavailable",
  },
  keys_unreachable: {
    status: 503,
    title: "The keys that verify tokens can't be had",
    proxyError: "destination_unavailable",
  },
} as const satisfies Record<string, FaultKind>;

export type FaultCode = keyof typeof faultKinds;

export interface Fault {
  readonly fault: FaultCode;
  /** For people who operate the gateway and for the client: never an upstream's address. */
  readonly detail: string;
  /** In place of the kind's own, where that is for the policy to say. */
  readonly status?: number;
}

export const fault = (code: FaultCode, detail: string): Fault => ({ fault: code, detail });

/** A failure that the policy wants to be seen. @param status 200 to 599 */
export const injectedFault = (status: number): Fault => ({
  ...fault("fault_injected", "This route's policy injects faults."),
  status,
});

export const isFault = (value: object): value is Fault => "fault" in value;

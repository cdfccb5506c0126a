/** The one place where a fault becomes a response (RFC 9457, RFC 9209). */
import { type Fault, type FaultKind, faultKinds } from "../src/model/fault.ts";

export interface ProblemOptions {
  /** Stands on every response to a forwarded request, so that a complaint can be traced. */
  readonly requestId?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the problem document (RFC 9457 §3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Fetch: no Response of these has a body. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

export function problem({ fault, detail, ...own }: Fault, options: ProblemOptions = {}): Response {
  const kind: FaultKind = faultKinds[fault];
  const { title, proxyError } = kind;
  const status = own.status ?? kind.status;
  const type = `urn:limen:problem:${fault}`;
  const body = { type, title, status, code: fault, detail, ...options.members };
  const headers = new Headers({
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "proxy-status": `limen; error=${proxyError}`,
    ...kind.headers,
    ...options.headers,
  });
  if (options.requestId !== undefined) headers.set("x-request-id", options.requestId);
  if (!WITHOUT_BODY.has(status)) return new Response(JSON.stringify(body), { status, headers });
  // A cache would write it over what it has stored (RFC 9111 §4.3.4).
  headers.delete("content-type");
  return new Response(null, { status, headers });
}

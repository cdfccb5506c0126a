/** The one place where a fault becomes a response (RFC 9457, RFC 9209). */
import { type Fault, faultKinds } from "../src/model/fault.ts";

export interface ProblemOptions {
  /** Stands on every response to a forwarded request, so that a complaint can be traced. */
  readonly requestId?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the problem document (RFC 9457 §3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
}

export function problem({ fault, detail }: Fault, options: ProblemOptions = {}): Response {
  const { status, title, proxyError } = faultKinds[fault];
  const type = `urn:limen:problem:${fault}`;
  const body = { type, title, status, code: fault, detail, ...options.members };
  const headers = new Headers({
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "proxy-status": `limen; error=${proxyError}`,
    ...options.headers,
  });
  if (options.requestId !== undefined) headers.set("x-request-id", options.requestId);
  return new Response(JSON.stringify(body), { status, headers });
}

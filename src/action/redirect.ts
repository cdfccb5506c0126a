/** Sends the client elsewhere (Gateway API's HTTPRequestRedirectFilter). */
import type { RedirectPlan } from "../plan/plan.ts";
import { changePath } from "./rewrite.ts";

/** What a redirect keeps of the request unless the policy says otherwise. */
export interface RedirectFacts {
  readonly scheme: "http" | "https";
  readonly host: string;
  /** `null`: the scheme's well-known port. */
  readonly port: number | null;
  /** Normalised. */
  readonly path: string;
  /** Without `?`. */
  readonly query: string;
}

const wellKnownPort = { http: 80, https: 443 } as const;

/**
 * The absolute URL to go to. The port is the policy's; else, if the policy names
 * a scheme, that scheme's own; else the request's. The scheme's own port is left out.
 *
 * @param prefix as in `changePath`
 */
export function location(
  redirect: RedirectPlan,
  facts: RedirectFacts,
  prefix: string | null,
): string {
  const scheme = redirect.scheme ?? facts.scheme;
  const port = redirect.port ?? (redirect.scheme === null ? facts.port : null);
  const authority = (redirect.host ?? facts.host) +
    (port === null || port === wellKnownPort[scheme] ? "" : `:${port}`);
  const path = redirect.path === null ? facts.path : changePath(redirect.path, facts.path, prefix);
  return `${scheme}://${authority}${path}${facts.query === "" ? "" : `?${facts.query}`}`;
}

export function redirectResponse(
  redirect: RedirectPlan,
  facts: RedirectFacts,
  prefix: string | null,
): Response {
  const headers = { location: location(redirect, facts, prefix) };
  return new Response(null, { status: redirect.status, headers });
}

/** What a request may tell the upstream only if a trusted proxy sent it. */
import { EXPLAIN_HEADER } from "../decision/decision.ts";
import type { MutableHeaders } from "../model/headers.ts";

/**
 * Removes from a stranger's request the headers that steer an Envoy or a Limen (timeouts, retries,
 * faults, traces, original addresses), those by which either reports, and those that speak for the
 * client. Envoy's are taken by their prefix, so that new ones are covered too.
 *
 * One pass over the names: where `Headers` are the runtime's own, asking for each known name would
 * cost more, absent or not.
 */
export function sanitize(headers: MutableHeaders, behindProxy: boolean): void {
  // Whoever sent it: what allows a decision to be told is for this gateway alone.
  if (behindProxy) return headers.delete(EXPLAIN_HEADER);
  // Collected first: native Headers that shrink while they are walked skip a name.
  let found: string[] | null = null;
  for (const name of headers.keys()) {
    if (isReserved(name)) (found ??= []).push(name);
  }
  for (const name of found ?? []) headers.delete(name);
}

const isReserved = (name: string): boolean =>
  name.startsWith("x-") &&
  (name.startsWith("x-envoy-") || name.startsWith("x-limen-") || CLAIMS.has(name));

/** Headers that speak for the client. `setForwarded` makes the others anew. */
const CLAIMS: ReadonlySet<string> = new Set([
  "x-forwarded-client-cert",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-forwarded-server",
  "x-real-ip",
]);

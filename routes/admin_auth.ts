/** Who may use the admin API: whoever shows the token. Without a token configured, nobody. */
import { type Fault, fault } from "../src/model/fault.ts";

/** So many wrong tokens are answered one by one; after that they have to wait. */
const FAILURES_ALLOWED = 10;
const FAILURE_WINDOW_MS = 60_000;

/** `null`: let in. */
export type AdminAuth = (authorization: string | null) => Promise<Fault | null>;

/**
 * Wrong tokens are limited per isolate; the right one is let in all the same.
 *
 * @param now milliseconds since the epoch
 */
export function adminAuth(token: string | null, now: () => number): AdminAuth {
  let windowStartMs = 0;
  let failures = 0;
  return async (authorization) => {
    if (token === null) {
      return fault("forbidden", "No admin token is configured: set LIMEN_ADMIN_TOKEN.");
    }
    const shown = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
    if (shown !== undefined && await sameSecret(shown, token)) return null;
    if (now() - windowStartMs >= FAILURE_WINDOW_MS) [windowStartMs, failures] = [now(), 0];
    failures++;
    return failures > FAILURES_ALLOWED
      ? fault("rate_limited", "Too many failed attempts.")
      : fault("unauthenticated", "Send the admin token: Authorization: Bearer TOKEN.");
  };
}

/** In a time that depends on neither secret: digests have one length and are compared in full. */
async function sameSecret(a: string, b: string): Promise<boolean> {
  const encoder = new TextEncoder();
  const [x, y] = await Promise.all(
    [a, b].map(async (text) =>
      new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)))
    ),
  );
  let difference = 0;
  for (let i = 0; i < x!.length; i++) difference |= x![i]! ^ y![i]!;
  return difference === 0;
}

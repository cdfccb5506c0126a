/** Who may use the admin API: whoever shows the token, or a JWT that the issuer signed for it. */
import { type JwtVerdict, looksLikeJwt, verifyJwt } from "../src/guard/jwt.ts";
import type { KeySet } from "../src/guard/key_set.ts";
import { type Fault, fault } from "../src/model/fault.ts";
import type { AdminJwt } from "../src/settings.ts";

/** What somebody may do. Who may write may read too. */
export type Scope = "read" | "write";

/** Somebody who was let in. */
export interface Admin {
  readonly credential: "token" | "jwt";
  /** The JWT's `sub`; `null`: it has none, or it was the token, which is nobody's own. */
  readonly subject: string | null;
  readonly scopes: readonly Scope[];
}

export interface AdminAuth {
  /**
   * Judges an `Authorization` header. Keys that are not known are fetched.
   *
   * @returns a fault: `forbidden` with nothing configured, `unauthenticated`, `rate_limited`, or
   *   `keys_unreachable` for a JWT whose keys can't be had now
   */
  enter(authorization: string | null): Promise<Admin | Fault>;
  /**
   * Judges a token or a JWT with what is known here: for the way of requests, which waits for nobody.
   * Nothing is counted, nothing fetched. @returns `null`: not let in
   */
  recognize(shown: string): Promise<Admin | null>;
  /** Fetches the JWTs' keys if it is time to: for behind a response. Never rejects. */
  freshen(): Promise<void>;
}

export interface AdminAuthOptions {
  /** `null`: none. */
  readonly token: string | null;
  /** `null`: no JWTs are taken. */
  readonly jwt:
    | { readonly rules: Pick<AdminJwt, "issuer" | "audience">; readonly keys: KeySet }
    | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** So many failed attempts are answered one by one; after that they have to wait. */
const FAILURES_ALLOWED = 10;
const FAILURE_WINDOW_MS = 60_000;

const NOTHING_CONFIGURED =
  "The admin API is closed: set LIMEN_ADMIN_TOKEN, or LIMEN_ADMIN_JWKS_URI, LIMEN_ADMIN_ISSUER and LIMEN_ADMIN_AUDIENCE.";

/** Failed attempts are limited per isolate; who is right is let in all the same. */
export function adminAuth({ token, jwt, now }: AdminAuthOptions): AdminAuth {
  let windowStartMs = 0;
  let failures = 0;

  const wanted = `Send ${whatIsTaken(token !== null, jwt !== null)}: Authorization: Bearer TOKEN.`;

  const failed = (detail: string): Fault => {
    if (now() - windowStartMs >= FAILURE_WINDOW_MS) [windowStartMs, failures] = [now(), 0];
    failures++;
    return failures > FAILURES_ALLOWED
      ? fault("rate_limited", "Too many failed attempts.")
      : fault("unauthenticated", detail);
  };

  const isToken = async (shown: string): Promise<boolean> =>
    token !== null && await sameSecret(shown, token);

  return {
    async enter(authorization): Promise<Admin | Fault> {
      if (token === null && jwt === null) return fault("forbidden", NOTHING_CONFIGURED);
      const shown = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
      if (shown !== undefined && await isToken(shown)) return BY_TOKEN;
      if (shown === undefined || jwt === null || !looksLikeJwt(shown)) {
        return failed(wanted);
      }
      const verdict = await withKeys(jwt.keys, (keys) => verifyJwt(shown, keys, jwt.rules, now()));
      if (verdict === null) {
        return fault("keys_unreachable", "The keys that sign admin tokens can't be had now.");
      }
      return verdict.ok
        ? adminOf(verdict.claims)
        : failed(`The JWT is refused: ${verdict.reason}.`);
    },

    async recognize(shown): Promise<Admin | null> {
      if (await isToken(shown)) return BY_TOKEN;
      const keys = jwt?.keys.known ?? null;
      if (jwt === null || keys === null || !looksLikeJwt(shown)) return null;
      const verdict = await verifyJwt(shown, keys, jwt.rules, now());
      return verdict.ok ? adminOf(verdict.claims) : null;
    },

    async freshen(): Promise<void> {
      if (jwt?.keys.due) await jwt.keys.refresh();
    },
  };
}

function whatIsTaken(token: boolean, jwt: boolean): string {
  if (!jwt) return "the admin token";
  return token
    ? "the admin token, or a JWT of the configured issuer"
    : "a JWT of the configured issuer";
}

const BY_TOKEN: Admin = { credential: "token", subject: null, scopes: ["read", "write"] };

/**
 * Tries the known keys, and if they lack one looks it up at once.
 *
 * @returns `null`: no keys are known, or those that lack it could not be renewed
 */
async function withKeys(
  set: KeySet,
  verify: (keys: NonNullable<KeySet["known"]>) => Promise<JwtVerdict>,
): Promise<JwtVerdict | null> {
  const isDue = set.due;
  const failure = isDue ? await set.refresh() : null;
  if (set.known === null) return null;
  let verdict = await verify(set.known);
  if (verdict.ok || !verdict.noKey) return verdict;
  if (!isDue) {
    if (set.coolingDown) return verdict;
    if (await set.refresh() !== null) return null;
    verdict = await verify(set.known);
  } else if (failure !== null) return null;
  if (!verdict.ok && verdict.noKey) set.missed();
  return verdict;
}

function adminOf({ sub, scope, scp }: Readonly<Record<string, unknown>>): Admin {
  const granted = new Set([scope, scp].flatMap(wordsIn));
  const writes = granted.has("limen:write");
  return {
    credential: "jwt",
    subject: typeof sub === "string" && sub !== "" ? sub : null,
    scopes: writes ? ["read", "write"] : granted.has("limen:read") ? ["read"] : [],
  };
}

/** Scopes come as one string with spaces (RFC 8693 §4.2), or as a list. */
function wordsIn(claim: unknown): readonly string[] {
  if (typeof claim === "string") return claim.split(" ");
  return Array.isArray(claim) ? claim.filter((word) => typeof word === "string") : [];
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

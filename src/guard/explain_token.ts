/**
 * Who may have a request's decision told: whoever shows a token that was signed with the admin
 * token, for this purpose and for an hour at the most. The admin token itself never travels.
 */
import { jwtVerify, SignJWT } from "jose";

/** What a token is for (RFC 7519 §4.1.3). */
const AUDIENCE = "limen-explain";

/** How far away its `exp` may be. */
export const MAX_TTL_SECONDS = 3_600;

/** Sets this key apart from every other use of the admin token. */
const LABEL = "limen x-limen-explain v1";

const text = new TextEncoder();

/** A key for HS256 (RFC 7518 §3.2: 256 bits) that tells nothing of the admin token (RFC 5869). */
async function keyFrom(adminToken: string): Promise<Uint8Array> {
  const secret = await crypto.subtle.importKey("raw", text.encode(adminToken), "HKDF", false, [
    "deriveBits",
  ]);
  const info = text.encode(LABEL);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, secret, 256));
}

export interface TokenOptions {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** 1 to `MAX_TTL_SECONDS`. */
  readonly ttlSeconds: number;
  /** The only host that it is good for, without a port; absent: any. */
  readonly host?: string;
}

export async function signExplainToken(
  adminToken: string,
  { nowMs, ttlSeconds, host }: TokenOptions,
): Promise<string> {
  const seconds = Math.floor(nowMs / 1000);
  return await new SignJWT(host === undefined ? {} : { host })
    .setProtectedHeader({ alg: "HS256" })
    .setAudience(AUDIENCE)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + ttlSeconds)
    .sign(await keyFrom(adminToken));
}

/** Header, payload and the 256 bits of an HS256 signature. Nothing that is longer is looked at. */
const SHAPE = /^[\w-]{1,100}\.[\w-]{1,500}\.[\w-]{43}$/;

/**
 * Judges tokens of this admin token, for a request to a host without its port.
 *
 * @param now milliseconds since the epoch
 */
export function explainTokens(
  adminToken: string,
  now: () => number,
): (token: string, host: string) => Promise<boolean> {
  // Not a promise of it: on Workers, one request can't wait for what another has begun.
  let key: Uint8Array | null = null;
  return async (token, host) => {
    if (!SHAPE.test(token)) return false;
    key ??= await keyFrom(adminToken);
    try {
      const nowMs = now();
      const { payload } = await jwtVerify(token, key, {
        algorithms: ["HS256"],
        audience: AUDIENCE,
        requiredClaims: ["exp"],
        currentDate: new Date(nowMs),
      });
      return payload.exp! <= nowMs / 1000 + MAX_TTL_SECONDS &&
        (payload["host"] === undefined || payload["host"] === host);
    } catch {
      // Whatever is wrong with it, a stranger learns nothing of it.
      return false;
    }
  };
}

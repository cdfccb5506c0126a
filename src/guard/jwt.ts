/** JSON Web Tokens (RFC 7519), held against the keys that are known and the rules that are set. */
import {
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
} from "jose";

export interface JwtRules {
  readonly issuer: string;
  readonly audience: string;
}

export type JwtVerdict =
  | { readonly ok: true; readonly claims: JWTPayload }
  /** `reason` is for people; `noKey`: none of the keys fits, though newer ones may. */
  | { readonly ok: false; readonly noKey: boolean; readonly reason: string };

/** Asymmetric ones only (RFC 7518 §3.1, RFC 8037, RFC 9864): who verifies must not be able to sign. */
const ALGORITHMS = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

/** How far clocks may differ. */
const SKEW_SECONDS = 60;

/** Three parts of base64url (RFC 7515 §7.1). */
export const looksLikeJwt = (text: string): boolean =>
  /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(text);

/** Whether it is one: its header is JSON and names an algorithm (RFC 7515 §4.1.1). */
export function isJwt(text: string): boolean {
  if (!looksLikeJwt(text)) return false;
  try {
    return typeof decodeProtectedHeader(text).alg === "string";
  } catch {
    return false;
  }
}

/**
 * Signature first, then what the token says of itself. One without `exp` is invalid, and so is one
 * from the future.
 *
 * @param nowMs milliseconds since the epoch
 */
export async function verifyJwt(
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, audience }: JwtRules,
  nowMs: number,
): Promise<JwtVerdict> {
  const options = {
    issuer,
    audience,
    algorithms: ALGORITHMS,
    requiredClaims: ["exp"],
    clockTolerance: SKEW_SECONDS,
    currentDate: new Date(nowMs),
  };
  const judge = ({ payload }: { readonly payload: JWTPayload }): JwtVerdict =>
    inTime(payload, nowMs / 1000);
  try {
    return judge(await jwtVerify(token, keys, options));
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return refused(error, token);
    // Of several keys that fit, each may be the one.
    let last = refused(new errors.JWSSignatureVerificationFailed(), token);
    for await (const key of error) {
      last = await jwtVerify(token, key, options).then(judge, (why) => refused(why, token));
      if (last.ok || last.reason !== BAD_SIGNATURE) break;
    }
    return last;
  }
}

/** The leeway is for clocks that differ, not for tokens that are over. */
function inTime(claims: JWTPayload, nowSeconds: number): JwtVerdict {
  const { exp, iat } = claims;
  if (exp! <= nowSeconds) return refusal("it has expired");
  return iat !== undefined && iat > nowSeconds + SKEW_SECONDS
    ? refusal('its "iat" is in the future')
    : { ok: true, claims };
}

const refusal = (reason: string, noKey = false): JwtVerdict => ({ ok: false, noKey, reason });

const BAD_SIGNATURE = "its signature is not valid";

/** Words that tell nothing which the token's holder does not know. */
function refused(error: unknown, token: string): JwtVerdict {
  if (error instanceof errors.JWKSNoMatchingKey) {
    return refusal("the key set holds no key for it", true);
  }
  if (error instanceof errors.JWTExpired) return refusal("it has expired");
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, reason } = error;
    return refusal(`its "${claim}" is ${reason === "missing" ? "missing" : "not the right one"}`);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    // Who names no key may have used one that is not known here yet.
    return refusal(BAD_SIGNATURE, decodeProtectedHeader(token).kid === undefined);
  }
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
    return refusal("its algorithm is not an asymmetric one that is known here");
  }
  return refusal("it is malformed, or its key can't be used");
}

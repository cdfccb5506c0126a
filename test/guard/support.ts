/** An issuer of tokens: its keys, its key set, and the tokens that it signs. */
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

export const ISSUER = "https://id.test";
export const AUDIENCE = "limen-admin";
export const JWKS_URI = "https://id.test/jwks";

/** When tests take place; milliseconds since the epoch. */
export const NOW_MS = Date.UTC(2026, 10, 20, 12);
const NOW = NOW_MS / 1000;

export interface Signer {
  readonly alg: string;
  readonly key: CryptoKey;
  /** The public half. */
  readonly jwk: JWK;
}

export async function signer(alg: string, kid: string | null): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...await exportJWK(publicKey), alg, use: "sig", ...(kid !== null && { kid }) };
  return { alg, key: privateKey, jwk };
}

/** Claims of a good token; `undefined` leaves one out. */
export type Claims = Readonly<Record<string, unknown>>;

export const GOOD_CLAIMS: Claims = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: "ada",
  scope: "limen:write",
  iat: NOW,
  exp: NOW + 300,
};

/** @param header in addition to `alg` and the key's `kid` */
export async function tokenBy(
  { alg, key, jwk }: Signer,
  claims: Claims = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { kid } = jwk;
  const all = { ...(kid !== undefined && { kid }), ...header };
  return await new SignJWT(JSON.parse(JSON.stringify({ ...GOOD_CLAIMS, ...claims })))
    .setProtectedHeader({ alg, ...Object.fromEntries(Object.entries(all).filter(([, v]) => v)) })
    .sign(key);
}

import assert from "node:assert/strict";
import { createLocalJWKSet } from "jose";
import { type JwtVerdict, looksLikeJwt, verifyJwt } from "../../src/guard/jwt.ts";
import {
  AUDIENCE,
  type Claims,
  GOOD_CLAIMS,
  ISSUER,
  NOW_MS,
  type Signer,
  signer,
  tokenBy,
} from "./support.ts";

const NOW = NOW_MS / 1000;
const rules = { issuer: ISSUER, audience: AUDIENCE };

const verify = (token: string, signers: readonly Signer[]): Promise<JwtVerdict> =>
  verifyJwt(token, createLocalJWKSet({ keys: signers.map(({ jwk }) => jwk) }), rules, NOW_MS);

/** What is wrong with a token; "" if nothing is. */
const problem = (verdict: JwtVerdict): string => verdict.ok ? "" : verdict.reason;

const es256 = await signer("ES256", "k1");

for (
  const alg of ["RS256", "RS384", "RS512", "PS256", "PS512", "ES256", "ES384", "ES512", "Ed25519"]
) {
  Deno.test(`jwt: signed by ${alg}`, async () => {
    const by = await signer(alg, "k");
    const verdict = await verify(await tokenBy(by), [by]);
    assert.deepEqual(verdict, { ok: true, claims: GOOD_CLAIMS });
  });
}

const rows: { name: string; claims: Claims; want: string }[] = [
  { name: "without exp", claims: { exp: undefined }, want: 'its "exp" is missing' },
  { name: "exp no number", claims: { exp: "tomorrow" }, want: 'its "exp" is not the right one' },
  { name: "over for a second", claims: { exp: NOW - 1 }, want: "it has expired" },
  { name: "over now", claims: { exp: NOW }, want: "it has expired" },
  { name: "over in a second", claims: { exp: NOW + 1 }, want: "" },
  { name: "without iat", claims: { iat: undefined }, want: "" },
  { name: "iat a minute ahead", claims: { iat: NOW + 60 }, want: "" },
  {
    name: "iat more than a minute ahead",
    claims: { iat: NOW + 61 },
    want: 'its "iat" is in the future',
  },
  { name: "iat no number", claims: { iat: "now" }, want: 'its "iat" is not the right one' },
  { name: "nbf a minute ahead", claims: { nbf: NOW + 60 }, want: "" },
  { name: "not yet", claims: { nbf: NOW + 61 }, want: 'its "nbf" is not the right one' },
  { name: "another issuer", claims: { iss: `${ISSUER}/` }, want: 'its "iss" is not the right one' },
  { name: "no issuer", claims: { iss: undefined }, want: 'its "iss" is missing' },
  { name: "another audience", claims: { aud: "x" }, want: 'its "aud" is not the right one' },
  { name: "one of its audiences", claims: { aud: ["x", AUDIENCE] }, want: "" },
  { name: "no audience", claims: { aud: undefined }, want: 'its "aud" is missing' },
  { name: "no subject", claims: { sub: undefined }, want: "" },
];
for (const { name, claims, want } of rows) {
  Deno.test(`jwt: ${name}: ${want || "good"}`, async () => {
    assert.equal(problem(await verify(await tokenBy(es256, claims), [es256])), want);
  });
}

Deno.test("jwt: no symmetric algorithm, not even with a public key as its secret", async () => {
  const secret = new TextEncoder().encode(JSON.stringify(es256.jwk));
  const key = await crypto.subtle.importKey(
    "raw",
    secret,
    { name: "HMAC", hash: "SHA-256" },
    true,
    [
      "sign",
      "verify",
    ],
  );
  const token = await tokenBy({ alg: "HS256", key, jwk: { kid: "k1" } });
  const oct = { alg: "HS256", key, jwk: { kty: "oct", kid: "k1", k: "c2VjcmV0" } };
  for (const keys of [[es256], [oct]]) {
    assert.match(problem(await verify(token, keys)), /algorithm/);
  }
});

Deno.test("jwt: none is no algorithm", async () => {
  const part = (value: unknown): string =>
    btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const token = `${part({ alg: "none", kid: "k1" })}.${part(GOOD_CLAIMS)}.`;
  assert.notEqual(problem(await verify(token, [es256])), "");
  assert.notEqual(problem(await verify(`${token}AA`, [es256])), "");
});

Deno.test("jwt: a changed payload, a foreign key, an unknown one", async () => {
  const other = await signer("ES256", "k1");
  const third = await signer("ES256", "k3");
  const token = await tokenBy(es256);
  const [header, , signature] = token.split(".");
  const [, payload] = (await tokenBy(es256, { sub: "eve" })).split(".");
  const bad = "its signature is not valid";
  assert.equal(problem(await verify(`${header}.${payload}.${signature}`, [es256])), bad);
  assert.deepEqual(await verify(token, [other]), { ok: false, noKey: false, reason: bad });
  const unknown = await verify(token, [third]);
  assert.ok(!unknown.ok && unknown.noKey);
});

Deno.test("jwt: without a kid, any key that fits may be the one", async () => {
  const [a, b, c] = await Promise.all(["a", "b", "c"].map((kid) => signer("ES256", kid)));
  const token = await tokenBy(b!, {}, { kid: undefined });
  assert.equal(problem(await verify(token, [a!, b!])), "");
  assert.equal(problem(await verify(token, [b!])), "");
  const none = await verify(token, [a!, c!]);
  assert.ok(!none.ok && none.noKey, "a newer key may be the one");
  const over = await tokenBy(b!, { exp: NOW - 1 }, { kid: undefined });
  assert.equal(problem(await verify(over, [a!, b!, c!])), "it has expired");
});

for (
  const [text, want] of [
    ["a.b.c", true],
    ["a.b-_9.c", true],
    ["a.b", false],
    ["a.b.", false],
    ["a.b.c.d", false],
    ["a b.c.d", false],
    ["", false],
  ] as const
) {
  Deno.test(`jwt: ${JSON.stringify(text)} ${want ? "looks" : "does not look"} like one`, () => {
    assert.equal(looksLikeJwt(text), want);
  });
}

Deno.test("jwt: whatever looks like one is judged, never thrown at", async () => {
  for (const text of ["a.b.c", "e30.e30.e30", "eyJhbGciOiJFUzI1NiJ9.e30.AA", "....", "é"]) {
    assert.notEqual(problem(await verify(text, [es256])), "");
  }
});

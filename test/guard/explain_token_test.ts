import assert from "node:assert/strict";
import * as jose from "jose";
import { explainTokens, MAX_TTL_SECONDS, signExplainToken } from "../../src/guard/explain_token.ts";

const NOW_MS = 1_800_000_000_500;
const NOW = Math.floor(NOW_MS / 1000);
const ADMIN = "the-admin-token";
const HOST = "shop.test";

const judge = (token: string, host = HOST, nowMs = NOW_MS): Promise<boolean> =>
  explainTokens(ADMIN, () => nowMs)(token, host);

const signed = (options: Partial<Parameters<typeof signExplainToken>[1]> = {}): Promise<string> =>
  signExplainToken(ADMIN, { nowMs: NOW_MS, ttlSeconds: 300, ...options });

const base64url = (value: unknown): string => jose.base64url.encode(JSON.stringify(value));

const payload = { aud: "limen-explain", iat: NOW, exp: NOW + 300 };

/** Of the key that the admin token stands for, as anybody can work it out who knows that token. */
async function keyOf(adminToken: string): Promise<Uint8Array> {
  const encoder = new TextEncoder();
  const secret = await crypto.subtle.importKey("raw", encoder.encode(adminToken), "HKDF", false, [
    "deriveBits",
  ]);
  const info = encoder.encode("limen x-limen-explain v1");
  const bits = await crypto.subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info },
    secret,
    256,
  );
  return new Uint8Array(bits);
}

const by = async (
  claims: jose.JWTPayload,
  key: Uint8Array | Promise<Uint8Array> = keyOf(ADMIN),
  alg = "HS256",
): Promise<string> => await new jose.SignJWT(claims).setProtectedHeader({ alg }).sign(await key);

interface Row {
  readonly name: string;
  readonly token: () => string | Promise<string>;
  readonly host?: string;
  readonly nowMs?: number;
  readonly allowed: boolean;
}

const text = new TextEncoder();

const rows: readonly Row[] = [
  { name: "a fresh one", token: () => signed(), allowed: true },
  { name: "for as long as may be", token: () => signed({ ttlSeconds: 3600 }), allowed: true },
  { name: "one that was made elsewhere", token: () => by(payload), allowed: true },
  { name: "its last second", token: () => signed(), nowMs: NOW_MS + 299_000, allowed: true },
  { name: "expired", token: () => signed(), nowMs: NOW_MS + 300_000, allowed: false },
  { name: "for its host", token: () => signed({ host: HOST }), allowed: true },
  { name: "for another host", token: () => signed({ host: "a.test" }), allowed: false },
  {
    name: "for a host that is no text",
    token: () => by({ ...payload, host: [HOST] }),
    allowed: false,
  },
  { name: "for too long", token: () => by({ ...payload, exp: NOW + 3_601 }), allowed: false },
  { name: "for ever", token: () => by({ aud: "limen-explain" }), allowed: false },
  { name: "for another purpose", token: () => by({ ...payload, aud: "limen" }), allowed: false },
  { name: "for no purpose", token: () => by({ exp: NOW + 300 }), allowed: false },
  { name: "not yet valid", token: () => by({ ...payload, nbf: NOW + 60 }), allowed: false },
  { name: "another admin token's", token: () => by(payload, keyOf("another")), allowed: false },
  {
    name: "signed with the admin token itself",
    token: () => by(payload, text.encode(ADMIN.padEnd(32, "\0"))),
    allowed: false,
  },
  { name: "by another hash", token: () => by(payload, keyOf(ADMIN), "HS512"), allowed: false },
  {
    name: "signed by nobody",
    token: () => `${base64url({ alg: "none" })}.${base64url(payload)}.`,
    allowed: false,
  },
  {
    name: "signed by nobody, with something in the signature's place",
    token: () => `${base64url({ alg: "none" })}.${base64url(payload)}.${"A".repeat(43)}`,
    allowed: false,
  },
  {
    name: "with other claims than were signed",
    token: async () => {
      const [header, , signature] = (await signed()).split(".");
      return `${header}.${base64url({ ...payload, exp: NOW + 600 })}.${signature}`;
    },
    allowed: false,
  },
  { name: "the admin token itself", token: () => ADMIN, allowed: false },
  { name: "nothing", token: () => "", allowed: false },
  { name: "no JWT", token: () => `!!!.${base64url(payload)}.${"A".repeat(43)}`, allowed: false },
  {
    name: "two of them",
    token: async () => `${await signed()}, ${await signed()}`,
    allowed: false,
  },
  {
    name: "one that would take long",
    token: () => by({ ...payload, x: "x".repeat(10_000) }),
    allowed: false,
  },
];

for (const { name, token, host, nowMs, allowed } of rows) {
  Deno.test(`explain token: ${name}: ${allowed ? "taken" : "refused"}`, async () => {
    assert.equal(await judge(await token(), host, nowMs), allowed);
  });
}

Deno.test("explain token: it says nothing of the admin token, and has an hour at the most", async () => {
  const token = await signed({ ttlSeconds: MAX_TTL_SECONDS });
  assert.equal(MAX_TTL_SECONDS, 3_600);
  const { aud, exp, iat, ...rest } = jose.decodeJwt(token);
  assert.deepEqual([aud, exp, iat, rest], ["limen-explain", NOW + 3_600, NOW, {}]);
  assert.deepEqual(jose.decodeProtectedHeader(token), { alg: "HS256" });
  assert.ok(!token.includes(ADMIN) && !atob(token.split(".")[1]!).includes(ADMIN));
});

Deno.test("explain token: what is not even of its shape costs no key", async () => {
  const { subtle } = crypto;
  const { importKey } = subtle;
  let derived = 0;
  Reflect.set(subtle, "importKey", (...args: unknown[]): unknown => {
    derived++;
    return Reflect.apply(importKey, subtle, args);
  });
  try {
    const allows = explainTokens(ADMIN, () => NOW_MS);
    for (const shown of ["", "x", "a.b.c", "x".repeat(100_000)]) {
      assert.equal(await allows(shown, HOST), false);
    }
    assert.equal(derived, 0);
    assert.equal(await allows(await by(payload), HOST), true);
    assert.ok(derived > 0);
  } finally {
    Reflect.set(subtle, "importKey", importKey);
  }
});

import assert from "node:assert/strict";
import { type Admin, type AdminAuth, adminAuth } from "../../routes/admin_auth.ts";
import { KeySet } from "../../src/guard/key_set.ts";
import { fault, isFault } from "../../src/model/fault.ts";
import {
  AUDIENCE,
  type Claims,
  ISSUER,
  JWKS_URI,
  NOW_MS,
  type Signer,
  signer,
  tokenBy,
} from "../guard/support.ts";

const fixedTime = (): number => 1_000_000;
const byToken = (token: string | null, now = fixedTime): AdminAuth =>
  adminAuth({ token, jwt: null, now });

/** `null`: let in. */
const verdict = async (auth: AdminAuth, authorization: string | null): Promise<string | null> => {
  const entered = await auth.enter(authorization);
  return isFault(entered) ? entered.fault : null;
};

const rows: [authorization: string | null, want: string | null][] = [
  ["Bearer s3cret", null],
  ["bearer s3cret", null],
  ["BEARER   s3cret ", null],
  [null, "unauthenticated"],
  ["", "unauthenticated"],
  ["Bearer", "unauthenticated"],
  ["Bearer ", "unauthenticated"],
  ["s3cret", "unauthenticated"],
  ["Basic s3cret", "unauthenticated"],
  ["Bearers3cret", "unauthenticated"],
  ["Bearer s3cre", "unauthenticated"],
  ["Bearer s3crets", "unauthenticated"],
  ["Bearer S3CRET", "unauthenticated"],
  ["Bearer s3cret s3cret", "unauthenticated"],
  ["Bearer s3cret, Bearer s3cret", "unauthenticated"],
  ["x Bearer s3cret", "unauthenticated"],
];
for (const [authorization, want] of rows) {
  Deno.test(`authorization ${JSON.stringify(authorization)}: ${want ?? "let in"}`, async () => {
    assert.equal(await verdict(byToken("s3cret"), authorization), want);
  });
}

for (const authorization of [null, "Bearer ", "Bearer null", "Bearer undefined"]) {
  Deno.test(`without a token nobody is let in: ${authorization}`, async () => {
    assert.equal(await verdict(byToken(null), authorization), "forbidden");
  });
}

Deno.test("the secret is compared as digests of one length, whatever is shown", async () => {
  const lengths: number[] = [];
  const { digest } = crypto.subtle;
  crypto.subtle.digest = async (...args: Parameters<typeof digest>) => {
    const result = await digest.apply(crypto.subtle, args);
    lengths.push(result.byteLength);
    return result;
  };
  try {
    const auth = byToken("s3cret");
    for (const shown of ["s", "s3cret", "s".repeat(1000)]) await auth.enter(`Bearer ${shown}`);
  } finally {
    crypto.subtle.digest = digest;
  }
  assert.deepEqual(lengths, new Array(6).fill(32));
});

Deno.test("failures are limited in a minute; the right token is let in all the same", async () => {
  let nowMs = 5_000_000;
  const auth = byToken("s3cret", () => nowMs);
  const failures = async (times: number): Promise<(string | null)[]> => {
    const got = [];
    for (let i = 0; i < times; i++) got.push(await verdict(auth, "Bearer wrong"));
    return got;
  };
  assert.deepEqual(await failures(10), new Array(10).fill("unauthenticated"));
  assert.deepEqual(await failures(3), new Array(3).fill("rate_limited"));
  assert.equal(await verdict(auth, "Bearer s3cret"), null);
  assert.equal(await verdict(auth, null), "rate_limited");
  nowMs += 59_999;
  assert.equal(await verdict(auth, "Bearer wrong"), "rate_limited");
  nowMs += 1;
  assert.deepEqual(await failures(11), [...new Array(10).fill("unauthenticated"), "rate_limited"]);
});

/** An isolate that takes JWTs, and its issuer, whose keys a test changes. */
class Jwts {
  nowMs = NOW_MS;
  keys: readonly Signer[];
  /** Instead of the keys; `null`: the keys. */
  failure: string | null = null;
  fetches = 0;
  readonly auth: AdminAuth;

  constructor(keys: readonly Signer[], token: string | null = null) {
    this.keys = keys;
    const now = (): number => this.nowMs;
    const keySet = new KeySet({
      url: JWKS_URI,
      fetchJson: () => {
        this.fetches++;
        const { failure } = this;
        const value = { keys: this.keys.map(({ jwk }) => jwk) };
        return Promise.resolve(failure === null ? { value } : { failure });
      },
      now,
      log: () => {},
    });
    const rules = { issuer: ISSUER, audience: AUDIENCE };
    this.auth = adminAuth({ token, jwt: { rules, keys: keySet }, now });
  }

  async enter(token: string): Promise<Admin | string> {
    const entered = await this.auth.enter(`Bearer ${token}`);
    return isFault(entered) ? entered.fault : entered;
  }
}

const k1 = await signer("ES256", "k1");
const k2 = await signer("ES256", "k2");

const scoped: [claims: Claims, scopes: readonly string[]][] = [
  [{ scope: "limen:read" }, ["read"]],
  [{ scope: "limen:write" }, ["read", "write"]],
  [{ scope: "openid limen:read email" }, ["read"]],
  [{ scope: undefined, scp: ["limen:read"] }, ["read"]],
  [{ scope: undefined, scp: ["x", "limen:write"] }, ["read", "write"]],
  [{ scope: undefined, scp: "limen:read x" }, ["read"]],
  [{ scope: ["limen:read"] }, ["read"]],
  [{ scope: "limen:read", scp: ["limen:write"] }, ["read", "write"]],
  [{ scope: undefined }, []],
  [{ scope: "" }, []],
  [{ scope: "LIMEN:READ limen:readx xlimen:write limen" }, []],
  [{ scope: 1, scp: [1, null, {}] }, []],
];
for (const [claims, scopes] of scoped) {
  Deno.test(`a JWT with ${JSON.stringify(claims)} may ${scopes.join(" and ") || "nothing"}`, async () => {
    assert.deepEqual(await new Jwts([k1]).enter(await tokenBy(k1, claims)), {
      credential: "jwt",
      subject: "ada",
      scopes,
    });
  });
}

for (const sub of [undefined, "", 7]) {
  Deno.test(`a JWT whose sub is ${JSON.stringify(sub)} names nobody`, async () => {
    const entered = await new Jwts([k1]).enter(await tokenBy(k1, { sub }));
    assert.equal((entered as Admin).subject, null);
  });
}

Deno.test("a JWT that is refused says why, and its failures are limited", async () => {
  const jwts = new Jwts([k1]);
  const over = await tokenBy(k1, { exp: NOW_MS / 1000 - 1 });
  const refused = await jwts.auth.enter(`Bearer ${over}`);
  assert.deepEqual(refused, fault("unauthenticated", "The JWT is refused: it has expired."));
  for (let i = 0; i < 9; i++) await jwts.enter(over);
  assert.equal(await jwts.enter(over), "rate_limited");
  assert.equal((await jwts.enter(await tokenBy(k1)) as Admin).subject, "ada");
});

Deno.test("beside JWTs the token lets in, and without one no other text does", async () => {
  const both = new Jwts([k1], "s3cret");
  assert.equal((await both.enter("s3cret") as Admin).credential, "token");
  assert.equal((await both.enter(await tokenBy(k1)) as Admin).credential, "jwt");
  assert.equal(await new Jwts([k1]).enter("s3cret"), "unauthenticated");
  assert.equal(await new Jwts([k1]).enter("null"), "unauthenticated");
});

Deno.test("whoever sends nothing useful is told what would be taken", async () => {
  const told = async (auth: AdminAuth): Promise<string | undefined> => {
    const refused = await auth.enter(null);
    return isFault(refused) ? refused.detail : undefined;
  };
  const end = ": Authorization: Bearer TOKEN.";
  assert.equal(await told(byToken("s3cret")), `Send the admin token${end}`);
  assert.equal(
    await told(new Jwts([k1]).auth),
    `Send a JWT of the configured issuer${end}`,
  );
  assert.equal(
    await told(new Jwts([k1], "s3cret").auth),
    `Send the admin token, or a JWT of the configured issuer${end}`,
  );
});

Deno.test("keys are fetched once in ten minutes", async () => {
  const jwts = new Jwts([k1]);
  const token = await tokenBy(k1, { exp: NOW_MS / 1000 + 7_200 });
  for (let i = 0; i < 5; i++) await jwts.enter(token);
  assert.equal(jwts.fetches, 1);
  jwts.nowMs += 600_000;
  for (let i = 0; i < 5; i++) await jwts.enter(token);
  assert.equal(jwts.fetches, 2);
});

Deno.test("an unknown key is looked up at once; only when it is missing there, not again for a while", async () => {
  const jwts = new Jwts([k1]);
  const [old, young] = [await tokenBy(k1), await tokenBy(k2)];
  await jwts.enter(old);
  jwts.keys = [k1, k2];
  assert.equal((await jwts.enter(young) as Admin).subject, "ada");
  assert.equal(jwts.fetches, 2);

  const [k3, k4] = [await signer("ES256", "k3"), await signer("ES256", "k4")];
  for (let i = 0; i < 3; i++) {
    assert.equal(await jwts.enter(await tokenBy(k3)), "unauthenticated");
  }
  assert.equal(jwts.fetches, 3);
  jwts.keys = [k1, k2, k4];
  assert.equal(await jwts.enter(await tokenBy(k4)), "unauthenticated");
  assert.equal((await jwts.enter(young) as Admin).subject, "ada");
  jwts.nowMs += 30_000;
  assert.equal((await jwts.enter(await tokenBy(k4)) as Admin).subject, "ada");
  assert.equal(jwts.fetches, 4);
});

Deno.test("the first fetch that lacks the key starts the wait too", async () => {
  const jwts = new Jwts([k1]);
  assert.equal(await jwts.enter(await tokenBy(k2)), "unauthenticated");
  assert.equal(await jwts.enter(await tokenBy(k2)), "unauthenticated");
  assert.equal(jwts.fetches, 1);
});

Deno.test("keys that can't be had: 503, tried again by the next; those that are known serve on", async () => {
  const jwts = new Jwts([k1]);
  const [old, young] = [
    await tokenBy(k1, { exp: NOW_MS / 1000 + 7_200 }),
    await tokenBy(k2, { exp: NOW_MS / 1000 + 7_200 }),
  ];
  jwts.failure = "down";
  assert.equal(await jwts.enter(old), "keys_unreachable");
  jwts.failure = null;
  assert.equal((await jwts.enter(old) as Admin).subject, "ada");

  jwts.failure = "down";
  assert.equal(await jwts.enter(young), "keys_unreachable");
  jwts.nowMs += 600_000;
  assert.equal((await jwts.enter(old) as Admin).subject, "ada");
  const before = jwts.fetches;
  assert.equal(await jwts.enter(young), "keys_unreachable");
  assert.equal(jwts.fetches, before + 1, "one try for one request");
  jwts.nowMs += 3_000_000;
  assert.equal(await jwts.enter(old), "keys_unreachable");
  for (let i = 0; i < 20; i++) assert.equal(await jwts.enter(old), "keys_unreachable");
});

Deno.test("recognize: by what is known, without a fetch or a count", async () => {
  const jwts = new Jwts([k1], "s3cret");
  const [good, unknown] = [await tokenBy(k1), await tokenBy(k2)];
  assert.equal(await jwts.auth.recognize(good), null);
  assert.equal(jwts.fetches, 0);
  await jwts.auth.freshen();
  await jwts.auth.freshen();
  assert.equal(jwts.fetches, 1);
  assert.equal((await jwts.auth.recognize(good))?.subject, "ada");
  assert.equal((await jwts.auth.recognize("s3cret"))?.credential, "token");
  for (let i = 0; i < 20; i++) {
    for (const shown of [unknown, "wrong", "", "a.b.c"]) {
      assert.equal(await jwts.auth.recognize(shown), null);
    }
  }
  assert.equal(jwts.fetches, 1);
  assert.equal(await jwts.enter("wrong"), "unauthenticated");
});

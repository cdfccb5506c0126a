import assert from "node:assert/strict";
import type { Admin, AdminAuth } from "../../routes/admin_auth.ts";
import { explainGuard } from "../../routes/explain_guard.ts";
import { signExplainToken } from "../../src/guard/explain_token.ts";

const NOW_MS = 1_800_000_000_000;
const ADMIN = "the.admin.token";

const jwt = (...scopes: Admin["scopes"]): Admin => ({ credential: "jwt", subject: "ann", scopes });

/** What the admin API would say of a few credentials. */
const KNOWN: Readonly<Record<string, Admin>> = {
  [ADMIN]: { credential: "token", subject: null, scopes: ["read", "write"] },
  "jwt.that.reads": jwt("read"),
  "jwt.that.writes": jwt("read", "write"),
  "jwt.without.scopes": jwt(),
};

interface Counting extends Pick<AdminAuth, "recognize" | "freshen"> {
  readonly calls: string[];
}

function auth(): Counting {
  const calls: string[] = [];
  return {
    calls,
    recognize: (shown) => {
      calls.push(shown);
      return Promise.resolve(KNOWN[shown] ?? null);
    },
    freshen: () => {
      calls.push("freshen");
      return Promise.resolve();
    },
  };
}

const rows: readonly (readonly [shown: string, allowed: boolean])[] = [
  ["jwt.that.reads", true],
  ["jwt.that.writes", true],
  ["jwt.without.scopes", false],
  ["jwt.of.strangers", false],
  // The secret itself is not what this header is for: it would travel with every request.
  [ADMIN, false],
];
for (const [shown, allowed] of rows) {
  Deno.test(`explain guard: ${shown} is ${allowed ? "taken" : "refused"}`, async () => {
    const guard = explainGuard({ adminToken: ADMIN, auth: auth(), now: () => NOW_MS });
    assert.equal(await guard.allows(shown, "shop.test"), allowed);
  });
}

Deno.test("explain guard: its own tokens need no one else", async () => {
  const known = auth();
  const guard = explainGuard({ adminToken: ADMIN, auth: known, now: () => NOW_MS });
  const options = { nowMs: NOW_MS, ttlSeconds: 60, host: "shop.test" };
  const token = await signExplainToken(ADMIN, options);
  assert.equal(await guard.allows(token, "shop.test"), true);
  assert.deepEqual(known.calls, []);
  assert.equal(await guard.allows(token, "other.test"), false);
});

Deno.test("explain guard: without an admin token there are JWTs all the same", async () => {
  const guard = explainGuard({ adminToken: null, auth: auth(), now: () => NOW_MS });
  assert.equal(await guard.allows("jwt.that.reads", "shop.test"), true);
  const token = await signExplainToken("null", { nowMs: NOW_MS, ttlSeconds: 60 });
  assert.equal(await guard.allows(token, "shop.test"), false);
});

for (const shown of ["", "true", "a.b", "a.b.c.d", "a.b.ü", `a.b.${"c".repeat(9_000)}`]) {
  Deno.test(`explain guard: ${JSON.stringify(shown.slice(0, 9))} (${shown.length}) is not looked at`, async () => {
    const known = auth();
    const guard = explainGuard({ adminToken: ADMIN, auth: known, now: () => NOW_MS });
    assert.equal(await guard.allows(shown, "shop.test"), false);
    assert.deepEqual(known.calls, []);
  });
}

Deno.test("explain guard: nobody makes the gateway ask for keys all the time", async () => {
  const known = auth();
  let nowMs = NOW_MS;
  const guard = explainGuard({ adminToken: ADMIN, auth: known, now: () => nowMs });
  for (const [passedMs, calls] of [[0, 1], [29_999, 1], [1, 2], [1, 2]] as const) {
    nowMs += passedMs;
    await guard.freshen();
    assert.equal(known.calls.length, calls);
  }
});

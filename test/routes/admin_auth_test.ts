import assert from "node:assert/strict";
import { type AdminAuth, adminAuth } from "../../routes/admin_auth.ts";

const fixedTime = (): number => 1_000_000;
const verdict = async (auth: AdminAuth, authorization: string | null): Promise<string | null> =>
  (await auth(authorization))?.fault ?? null;

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
    assert.equal(await verdict(adminAuth("s3cret", fixedTime), authorization), want);
  });
}

for (const authorization of [null, "Bearer ", "Bearer null", "Bearer undefined"]) {
  Deno.test(`without a token nobody is let in: ${authorization}`, async () => {
    assert.equal(await verdict(adminAuth(null, fixedTime), authorization), "forbidden");
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
    const auth = adminAuth("s3cret", fixedTime);
    for (const shown of ["s", "s3cret", "s".repeat(1000)]) await auth(`Bearer ${shown}`);
  } finally {
    crypto.subtle.digest = digest;
  }
  assert.deepEqual(lengths, new Array(6).fill(32));
});

Deno.test("failures are limited in a minute; the right token is let in all the same", async () => {
  let nowMs = 5_000_000;
  const auth = adminAuth("s3cret", () => nowMs);
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

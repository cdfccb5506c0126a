import assert from "node:assert/strict";
import { readSettings, type Settings } from "../src/settings.ts";

const read = (variables: Record<string, string>): ReturnType<typeof readSettings> =>
  readSettings((name) => variables[name]);

const defaults = {
  adminToken: null,
  adminJwt: null,
  historyKept: 100,
  prefix: "/_limen",
  refreshMs: 30_000,
  locality: null,
  labels: {},
};

/** Settings that take JWTs, with one of them otherwise. */
const jwt = (other: Record<string, string> = {}): Record<string, string> => ({
  LIMEN_ADMIN_JWKS_URI: "https://id.test/jwks",
  LIMEN_ADMIN_ISSUER: "https://id.test",
  LIMEN_ADMIN_AUDIENCE: "limen",
  ...other,
});
const adminJwt = { jwksUri: "https://id.test/jwks", issuer: "https://id.test", audience: "limen" };

const good: [Record<string, string>, Partial<Settings>][] = [
  [{}, {}],
  [{ LIMEN_ADMIN_TOKEN: "", LIMEN_PREFIX: "", LIMEN_REFRESH: "" }, {}],
  [{ LIMEN_ADMIN_TOKEN: "s3cret~!" }, { adminToken: "s3cret~!" }],
  [{ LIMEN_PREFIX: "/ops" }, { prefix: "/ops" }],
  [{ LIMEN_PREFIX: "/a/b.c/_d~e-F1" }, { prefix: "/a/b.c/_d~e-F1" }],
  [{ LIMEN_PREFIX: "/..." }, { prefix: "/..." }],
  [{ LIMEN_REFRESH: "0.1" }, { refreshMs: 100 }],
  [{ LIMEN_REFRESH: "86400" }, { refreshMs: 86_400_000 }],
  [{ LIMEN_HISTORY: "" }, {}],
  [{ LIMEN_HISTORY: "100" }, {}],
  [{ LIMEN_HISTORY: "10000" }, { historyKept: 10_000 }],
  [jwt(), { adminJwt }],
  [jwt({ LIMEN_ADMIN_TOKEN: "t" }), { adminJwt, adminToken: "t" }],
  [{ LIMEN_ADMIN_JWKS_URI: "", LIMEN_ADMIN_ISSUER: "", LIMEN_ADMIN_AUDIENCE: "" }, {}],
  ...["http://localhost/k", "http://127.0.0.1:8080/k", "http://[::1]:1/k"].map((
    jwksUri,
  ): [Record<string, string>, Partial<Settings>] => [
    jwt({ LIMEN_ADMIN_JWKS_URI: jwksUri }),
    { adminJwt: { ...adminJwt, jwksUri } },
  ]),
  [{ LIMEN_LOCALITY: "", LIMEN_LABELS: " " }, {}],
  [{ LIMEN_LOCALITY: "us-east" }, { locality: { region: "us-east", zone: "", subzone: "" } }],
  [{ LIMEN_LOCALITY: " us-east / az1 / rack-4 " }, {
    locality: { region: "us-east", zone: "az1", subzone: "rack-4" },
  }],
  [{ LIMEN_LABELS: "version=v2" }, { labels: { version: "v2" } }],
  [{ LIMEN_LABELS: " topology.istio.io/network = n1 , b = a=b c,d=" }, {
    labels: { "topology.istio.io/network": "n1", b: "a=b c", d: "" },
  }],
];
for (const [variables, want] of good) {
  Deno.test(`settings ${JSON.stringify(variables)}`, () => {
    assert.deepEqual(read(variables), { ok: true, settings: { ...defaults, ...want } });
  });
}

const bad: [name: string, values: string[]][] = [
  ["LIMEN_PREFIX", [
    "/",
    "limen",
    "/a/",
    "//a",
    "/a//b",
    "/a b",
    "/%41",
    "/a?b",
    "/a#b",
    "/.",
    "/..",
    "/a/../b",
    "/ä",
    " /a",
  ]],
  ["LIMEN_REFRESH", ["0", "-1", "0.09", "86401", "NaN", "Infinity", "30s", "thirty"]],
  ["LIMEN_HISTORY", ["99", "10001", "1e9", "-100", "100.5", "NaN", "many"]],
  ["LIMEN_LOCALITY", ["a/b/c/d", "a//b", "/a", "a/", "*", "a/*"]],
  ["LIMEN_LABELS", ["a", "=b", "a=1,", ",a=1", "a=1,a=2", "a b=1"]],
  ["LIMEN_ADMIN_TOKEN", ["two words", "line\n", "schlüssel", "\t"]],
];
for (const [name, values] of bad) {
  for (const value of values) {
    Deno.test(`settings: ${name} can't be ${JSON.stringify(value)}`, () => {
      const result = read({ [name]: value });
      assert.ok(!result.ok);
      assert.equal(result.errors.length, 1);
      assert.ok(result.errors[0]!.startsWith(name));
    });
  }
}

const badKeys = [
  "http://id.test/jwks",
  "http://localhost.evil.test/jwks",
  "http://127.0.0.1.evil.test/jwks",
  "http://10.0.0.1/jwks",
  "ftp://id.test/jwks",
  "//id.test/jwks",
  "jwks.json",
  "https://",
  "https://id test/jwks",
];
for (const value of badKeys) {
  Deno.test(`settings: LIMEN_ADMIN_JWKS_URI can't be ${JSON.stringify(value)}`, () => {
    const result = read(jwt({ LIMEN_ADMIN_JWKS_URI: value }));
    assert.ok(!result.ok);
    assert.equal(result.errors.length, 1);
    assert.ok(result.errors[0]!.startsWith("LIMEN_ADMIN_JWKS_URI"));
  });
}

for (const missing of Object.keys(jwt())) {
  Deno.test(`settings: JWTs are not taken without ${missing}`, () => {
    for (const value of [undefined, ""]) {
      const result = readSettings((name) => name === missing ? value : jwt()[name]);
      assert.ok(!result.ok);
      assert.deepEqual(result.errors.length, 1);
      assert.match(result.errors[0]!, /go together/);
    }
  });
}

Deno.test("settings: every error at once, and no secret in any", () => {
  const result = read({
    LIMEN_PREFIX: "x",
    LIMEN_REFRESH: "x",
    LIMEN_ADMIN_TOKEN: "top secret",
    LIMEN_LOCALITY: "*",
    LIMEN_LABELS: "x",
    LIMEN_HISTORY: "x",
    LIMEN_ADMIN_ISSUER: "x",
  });
  assert.ok(!result.ok);
  assert.equal(result.errors.length, 7);
  assert.ok(!result.errors.join().includes("top secret"));
});

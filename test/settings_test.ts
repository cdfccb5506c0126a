import assert from "node:assert/strict";
import { readSettings, type Settings } from "../src/settings.ts";

const read = (variables: Record<string, string>): ReturnType<typeof readSettings> =>
  readSettings((name) => variables[name]);

const defaults = {
  adminToken: null,
  prefix: "/_limen",
  refreshMs: 30_000,
  locality: null,
  labels: {},
};

const good: [Record<string, string>, Partial<Settings>][] = [
  [{}, {}],
  [{ LIMEN_ADMIN_TOKEN: "", LIMEN_PREFIX: "", LIMEN_REFRESH: "" }, {}],
  [{ LIMEN_ADMIN_TOKEN: "s3cret~!" }, { adminToken: "s3cret~!" }],
  [{ LIMEN_PREFIX: "/ops" }, { prefix: "/ops" }],
  [{ LIMEN_PREFIX: "/a/b.c/_d~e-F1" }, { prefix: "/a/b.c/_d~e-F1" }],
  [{ LIMEN_PREFIX: "/..." }, { prefix: "/..." }],
  [{ LIMEN_REFRESH: "0.1" }, { refreshMs: 100 }],
  [{ LIMEN_REFRESH: "86400" }, { refreshMs: 86_400_000 }],
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

Deno.test("settings: every error at once, and no secret in any", () => {
  const result = read({
    LIMEN_PREFIX: "x",
    LIMEN_REFRESH: "x",
    LIMEN_ADMIN_TOKEN: "top secret",
    LIMEN_LOCALITY: "*",
    LIMEN_LABELS: "x",
  });
  assert.ok(!result.ok);
  assert.equal(result.errors.length, 5);
  assert.ok(!result.errors.join().includes("top secret"));
});

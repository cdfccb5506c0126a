import assert from "node:assert/strict";
import { location, type RedirectFacts, redirectResponse } from "../../src/action/redirect.ts";
import type { RedirectPlan } from "../../src/plan/plan.ts";

const nothing: RedirectPlan = {
  kind: "redirect",
  scheme: null,
  host: null,
  port: null,
  path: null,
  status: 302,
};
const facts: RedirectFacts = {
  scheme: "http",
  host: "h.example",
  port: null,
  path: "/a/b",
  query: "",
};

const rows: readonly [name: string, Partial<RedirectPlan>, Partial<RedirectFacts>, want: string][] =
  [
    ["nothing changed", {}, {}, "http://h.example/a/b"],
    ["host", { host: "n.example" }, {}, "http://n.example/a/b"],
    [
      "host keeps the request's port",
      { host: "n.example" },
      { port: 8080 },
      "http://n.example:8080/a/b",
    ],
    ["scheme", { scheme: "https" }, {}, "https://h.example/a/b"],
    ["scheme brings its own port", { scheme: "https" }, { port: 8080 }, "https://h.example/a/b"],
    ["the same scheme does too", { scheme: "http" }, { port: 8080 }, "http://h.example/a/b"],
    ["port", { port: 8443 }, {}, "http://h.example:8443/a/b"],
    ["port and scheme", { scheme: "https", port: 8443 }, {}, "https://h.example:8443/a/b"],
    ["443 with https is left out", { scheme: "https", port: 443 }, {}, "https://h.example/a/b"],
    ["80 with http is left out", { port: 80 }, { port: 8080 }, "http://h.example/a/b"],
    ["80 with https is not", { scheme: "https", port: 80 }, {}, "https://h.example:80/a/b"],
    ["443 with http is not", { port: 443 }, {}, "http://h.example:443/a/b"],
    [
      "the request's own 443",
      { host: "n.example" },
      { scheme: "https", port: 443 },
      "https://n.example/a/b",
    ],
    ["the query is kept", { scheme: "https" }, { query: "x=1&y" }, "https://h.example/a/b?x=1&y"],
    ["full path", { path: { kind: "full", to: "/n" } }, { query: "x=1" }, "http://h.example/n?x=1"],
    ["prefix", { path: { kind: "prefix", to: "/n" } }, {}, "http://h.example/n/b"],
    ["prefix removed", { path: { kind: "prefix", to: "" } }, { path: "/a" }, "http://h.example/"],
    [
      "a path of two slashes stays a path",
      {},
      { path: "//evil.example/x" },
      "http://h.example//evil.example/x",
    ],
    ["an IPv6 host", {}, { host: "[::1]", port: 8080 }, "http://[::1]:8080/a/b"],
  ];
for (const [name, plan, given, want] of rows) {
  Deno.test(`redirect: ${name}`, () => {
    assert.equal(location({ ...nothing, ...plan }, { ...facts, ...given }, "/a"), want);
  });
}

Deno.test("redirect: the answer", () => {
  const response = redirectResponse({ ...nothing, status: 308 }, facts, "/a");
  assert.equal(response.status, 308);
  assert.equal(response.headers.get("location"), "http://h.example/a/b");
  assert.equal(response.body, null);
});

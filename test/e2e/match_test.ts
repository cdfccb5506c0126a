/** Which route takes a request: asked from outside, each route answering with its name. */
import assert from "node:assert/strict";
import type { RunningGateway } from "./support/gateway.ts";
import { type RawRequest, rawRequest } from "./support/raw.ts";
import { type Case, suite } from "./support/suite.ts";

interface Route {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** Pushes the routes, in this order. */
const serve = (gateway: RunningGateway, routes: readonly Route[]): Promise<string> =>
  gateway.push({
    clusters: {},
    routes: routes.map((route) => ({ ...route, respond: { status: 200, body: route.name } })),
  });

async function taker(gateway: RunningGateway, request: RawRequest): Promise<string> {
  const { status, body } = await rawRequest(gateway.port, request);
  return status === 200 ? body : `${status} ${JSON.parse(body).code}`;
}

type Row = readonly [request: RawRequest, want: string];

/** A case: these routes, and who takes what. */
function table(routes: readonly Route[], rows: readonly Row[]): Case {
  return async (gateway) => {
    await serve(gateway, routes);
    for (const [request, want] of rows) {
      assert.equal(await taker(gateway, request), want, JSON.stringify(request));
    }
  };
}

const to = (target: string): RawRequest => ({ target });
const from = (host: string): RawRequest => ({ host });
const having = (...headers: readonly (readonly [string, string])[]): RawRequest => ({ headers });
const none = "404 no_route";

suite("match", {
  "hosts: exact, then the longest wildcard, then none": table([
    { name: "any" },
    { name: "wild", hosts: ["*.example.com"] },
    { name: "deep", hosts: ["*.a.example.com"] },
    { name: "exact", hosts: ["b.a.example.com", "Other.Example.ORG"] },
  ], [
    [from("b.a.example.com"), "exact"],
    [from("B.A.EXAMPLE.com:8080"), "exact"],
    [from("b.a.example.com."), "exact"],
    [from("other.example.org"), "exact"],
    [from("c.a.example.com"), "deep"],
    [from("d.c.a.example.com"), "deep"],
    [from("a.example.com"), "wild"],
    [from("x.y.example.com"), "wild"],
    [from("example.com"), "any"],
    [from("badexample.com"), "any"],
    [from("127.0.0.1"), "any"],
    [from("[::1]:80"), "any"],
  ]),
  "a route without hosts takes what a better host's routes leave": table([
    { name: "host-a", hosts: ["a.test"], match: { path: "/a" } },
    { name: "everyone", match: { path: "/*" } },
  ], [
    [{ host: "a.test", target: "/a" }, "host-a"],
    [{ host: "a.test", target: "/b" }, "everyone"],
  ]),
  "paths: exact, then the longest prefix by whole segments, then regex": table([
    { name: "root", match: { path: "/*" } },
    { name: "regex", match: { path: { regex: "/(shop|file)s?/v[0-9]+" } } },
    { name: "shop", match: { path: "/shop/*" } },
    { name: "shop-a", match: { path: "/shop/a/*" } },
    { name: "exact", match: { path: "/shop/a/b" } },
  ], [
    [to("/shop"), "shop"],
    [to("/shop/"), "shop"],
    [to("/shop/x?y=/shop/a"), "shop"],
    [to("/shopping"), "root"],
    [to("/Shop"), "root"],
    [to("/shop/a"), "shop-a"],
    [to("/shop/a/b/c"), "shop-a"],
    [to("/shop/a/b"), "exact"],
    [to("/shop/a/b?q"), "exact"],
    [to("/shop/a/b/"), "shop-a"],
    [to("/shop/v2"), "shop"],
    [to("/files/v12"), "regex"],
    [to("/files/v12/x"), "root"],
    [to("/x/files/v12"), "root"],
    [to("/"), "root"],
  ]),
  "a regex that would make others backtrack takes no time": table([
    { name: "evil", match: { path: { regex: "/(a+)+b" } } },
  ], [[to(`/${"a".repeat(5_000)}`), none], [to("/aab"), "evil"]]),
  "methods": table([
    { name: "read", match: { path: "/*", method: ["GET", "HEAD"] } },
    { name: "post", match: { path: "/*", method: "POST" } },
    { name: "purge", match: { path: "/*", method: "PURGE" } },
  ], [
    [{ method: "GET" }, "read"],
    [{ method: "POST" }, "post"],
    [{ method: "PURGE" }, "purge"],
    [{ method: "DELETE" }, none],
  ]),
  "headers: names without case, values with": table([
    { name: "equal", match: { headers: { "X-A": "yes" } } },
    { name: "prefix", match: { headers: { "x-a": { prefix: "pre" } } } },
    { name: "suffix", match: { headers: { "x-a": { suffix: "fix" } } } },
    { name: "regex", match: { headers: { "x-a": { regex: "[0-9]+" } } } },
    { name: "present", match: { headers: { "x-b": { present: true } } } },
    { name: "absent", match: { headers: { "x-c": { present: false }, "x-d": "1" } } },
    { name: "other", match: { headers: { "x-a": { not: "no" } } } },
  ], [
    [having(["x-A", "yes"]), "equal"],
    [having(["x-a", "Yes"]), "other"],
    [having(["x-a", "prefer"]), "prefix"],
    [having(["x-a", "affix"]), "suffix"],
    [having(["x-a", "42"]), "regex"],
    [having(["x-a", "42 "]), "regex"],
    [having(["x-a", "a42"]), "other"],
    [having(["x-a", "no"], ["x-b", ""]), "present"],
    [having(["x-a", "no"], ["x-d", "1"]), "absent"],
    [having(["x-a", "no"], ["x-d", "1"], ["x-c", "1"]), none],
    [having(["x-a", "no"]), none],
    [having(), "other"],
  ]),
  "query parameters: decoded, the first value": table([
    { name: "v2", match: { query: { v: "2" } } },
    { name: "spaced", match: { query: { "a b": "c&d" } } },
    { name: "present", match: { query: { flag: { present: true } } } },
    { name: "not", match: { query: { x: { not: { prefix: "a" } }, y: "1" } } },
  ], [
    [to("/?v=2"), "v2"],
    [to("/?a=1&v=2&v=3"), "v2"],
    [to("/?v=3&v=2"), none],
    [to("/?V=2"), none],
    [to("/?%76=%32"), "v2"],
    [to("/?a+b=c%26d"), "spaced"],
    [to("/?flag"), "present"],
    [to("/?flag="), "present"],
    [to("/?y=1"), "not"],
    [to("/?y=1&x=b"), "not"],
    [to("/?y=1&x=ab"), none],
  ]),
  "cookies": table([
    { name: "beta", match: { cookies: { beta: "1" } } },
    { name: "some", match: { cookies: { id: { present: true } } } },
  ], [
    [having(["Cookie", "a=b; beta=1"]), "beta"],
    [having(["Cookie", 'beta="1"']), "beta"],
    [having(["Cookie", "xbeta=1; Beta=1"]), none],
    [having(["Cookie", "beta=2; id="]), "some"],
    [having(), none],
  ]),
  "any entry of match, all of an entry": table([
    {
      name: "either",
      match: [
        { path: "/a", method: "POST", headers: { "x-a": "1" } },
        { path: "/b/*", query: { q: "1" }, cookies: { c: "1" } },
      ],
    },
  ], [
    [{ target: "/a", method: "POST", headers: [["x-a", "1"]] }, "either"],
    [{ target: "/a", method: "GET", headers: [["x-a", "1"]] }, none],
    [{ target: "/a", method: "POST" }, none],
    [{ target: "/b/c?q=1", headers: [["cookie", "c=1"]] }, "either"],
    [{ target: "/b/c?q=1" }, none],
    [{ target: "/b/c", headers: [["cookie", "c=1"]] }, none],
  ]),
  "precedence: method before headers before query, more of each before fewer": table([
    { name: "query", match: { path: "/p", query: { a: "1", b: "1", c: "1" } } },
    { name: "header", match: { path: "/p", headers: { "x-1": "1" } } },
    { name: "headers", match: { path: "/p", headers: { "x-1": "1", "x-2": "2" } } },
    { name: "method", match: { path: "/p", method: "GET" } },
    { name: "plain", match: { path: "/p" } },
    { name: "prefix", match: { path: "/*", method: "POST", headers: { "x-1": "1" } } },
  ], [
    [to("/p?a=1&b=1&c=1"), "method"],
    [{ target: "/p?a=1&b=1&c=1", method: "POST" }, "query"],
    [{ target: "/p?a=1&b=1&c=1", method: "POST", headers: [["x-1", "1"]] }, "header"],
    [{ target: "/p", method: "POST", headers: [["x-1", "1"], ["x-2", "2"]] }, "headers"],
    [{ target: "/p", method: "PUT" }, "plain"],
  ]),
  "precedence: a better host beats a better path": table([
    { name: "path", match: { path: "/a/b" } },
    { name: "wild", hosts: ["*.test"], match: { path: "/a/*" } },
    { name: "host", hosts: ["h.test"], match: { path: "/*" } },
  ], [
    [{ host: "h.test", target: "/a/b" }, "host"],
    [{ host: "i.test", target: "/a/b" }, "wild"],
    [{ host: "i.org", target: "/a/b" }, "path"],
  ]),
  "precedence: the number above everything, also below zero": table([
    { name: "exact", hosts: ["h.test"], match: { path: "/a" } },
    { name: "first", match: { path: "/*", headers: { "x-first": "1" } }, precedence: 1 },
    { name: "last", hosts: ["h.test"], match: { path: "/a", method: "GET" }, precedence: -1 },
    { name: "rest", match: { path: "/*" } },
  ], [
    [{ host: "h.test", target: "/a" }, "exact"],
    [{ host: "h.test", target: "/a", headers: [["x-first", "1"]] }, "first"],
    [{ host: "h.test", target: "/b" }, "rest"],
  ]),
  "precedence: between equals, the document's order": table([
    { name: "one", match: { path: "/a", headers: { "x-1": "1" } } },
    { name: "two", match: { path: "/a", headers: { "x-2": "2" } } },
  ], [[{ target: "/a", headers: [["x-2", "2"], ["x-1", "1"]] }, "one"]]),
  "nobody's request is a problem that says so": async (gateway) => {
    await serve(gateway, [{ name: "only", hosts: ["a.test"] }]);
    const answer = await fetch(`${gateway.url}/secret?token=1`);
    const document = JSON.parse(await answer.text());
    assert.equal(answer.status, 404);
    assert.equal(answer.headers.get("content-type"), "application/problem+json");
    assert.equal(answer.headers.get("proxy-status"), "limen; error=destination_not_found");
    assert.equal(document.code, "no_route");
    assert.equal(document.status, 404);
    assert.doesNotMatch(JSON.stringify(document), /secret|token/);
  },
});

/** What routes do with the requests they take. */
import assert from "node:assert/strict";
import { ADMIN_TOKEN, type RunningGateway } from "./support/gateway.ts";
import { type Origin, startOrigin } from "./support/origin.ts";
import { type RawRequest, rawRequest, valueOf } from "./support/raw.ts";
import { type Case, suite } from "./support/suite.ts";

type Fields = Readonly<Record<string, unknown>>;

const cluster = ({ url }: Origin, more: Fields = {}): unknown => ({
  location: "private",
  endpoints: [url],
  ...more,
});

/** What the echoing origin received. */
interface Received {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function received(gateway: RunningGateway, request: RawRequest = {}): Promise<Received> {
  const { status, body } = await rawRequest(gateway.port, request);
  assert.equal(status, 200, body);
  return JSON.parse(body);
}

/** Clusters that answered `times` requests. */
async function answering(gateway: RunningGateway, times: number): Promise<Set<string>> {
  const names = await Promise.all(
    Array.from({ length: times }, async () => (await received(gateway)).name),
  );
  return new Set(names);
}

type RedirectRow = readonly [redirect: Fields, request: RawRequest, location: string];

/** A prefix match on /a/*, so that there is a prefix to replace. */
function redirects(rows: readonly RedirectRow[]): Case {
  return async (gateway) => {
    for (const [redirect, request, location] of rows) {
      await gateway.push({
        clusters: {},
        routes: [{ name: "go", match: { path: "/a/*" }, redirect }],
      });
      const answer = await rawRequest(gateway.port, { target: "/a/b?q=1", ...request });
      const what = JSON.stringify({ redirect, request });
      assert.equal(valueOf(answer, "location"), location, what);
      assert.equal(answer.status, redirect["status"] ?? 302, what);
      assert.equal(answer.body, "");
    }
  };
}

type RewriteRow = readonly [match: unknown, path: Fields, target: string, want: string];

function rewrites(rows: readonly RewriteRow[]): Case {
  return async (gateway) => {
    await using origin = await startOrigin("o");
    for (const [match, path, target, want] of rows) {
      await gateway.push({
        clusters: { o: cluster(origin) },
        routes: [{ name: "r", match: { path: match }, to: "o", rewrite: { path } }],
      });
      const { url } = await received(gateway, { target });
      assert.equal(url, want, JSON.stringify({ match, path, target }));
    }
  };
}

const port8080: RawRequest = { host: "h.test:8080" };

suite("actions", {
  "split as a map and as a list, weight 0 gets nothing": async (gateway) => {
    await using a = await startOrigin("a");
    await using b = await startOrigin("b");
    await using c = await startOrigin("c");
    const clusters = { a: cluster(a), b: cluster(b), c: cluster(c) };
    for (
      const split of [{ a: 1, b: 1, c: 0 }, [
        { cluster: "a", weight: 1 },
        { cluster: "b", weight: 1 },
        { cluster: "c", weight: 0 },
      ]]
    ) {
      await gateway.push({ clusters, routes: [{ name: "s", split }] });
      assert.deepEqual(await answering(gateway, 60), new Set(["a", "b"]));
    }
    await gateway.push({ clusters, routes: [{ name: "s", split: { a: 0, b: 0, c: 0.5 } }] });
    assert.deepEqual(await answering(gateway, 20), new Set(["c"]));
  },
  "to": async (gateway) => {
    await using a = await startOrigin("a");
    await using b = await startOrigin("b");
    await gateway.push({
      clusters: { a: cluster(a), b: cluster(b) },
      routes: [{ name: "t", to: "b" }],
    });
    assert.deepEqual(await answering(gateway, 5), new Set(["b"]));
  },
  "redirect: scheme, host and port": redirects([
    [{ scheme: "https" }, {}, "https://limen.test/a/b?q=1"],
    [{ scheme: "https" }, port8080, "https://h.test/a/b?q=1"],
    [{ scheme: "http" }, port8080, "http://h.test/a/b?q=1"],
    [{ host: "n.test" }, {}, "http://n.test/a/b?q=1"],
    [{ host: "n.test" }, port8080, "http://n.test:8080/a/b?q=1"],
    [{ port: 8443 }, {}, "http://limen.test:8443/a/b?q=1"],
    [{ port: 80 }, port8080, "http://h.test/a/b?q=1"],
    [{ scheme: "https", port: 443 }, {}, "https://limen.test/a/b?q=1"],
    [{ scheme: "https", port: 80 }, {}, "https://limen.test:80/a/b?q=1"],
    [{ host: "n.test" }, { host: "[::1]:90" }, "http://n.test:90/a/b?q=1"],
  ]),
  "redirect: path and status": redirects([
    [{ path: { full: "/x" }, status: 301 }, {}, "http://limen.test/x?q=1"],
    [{ path: { prefix: "/new" }, status: 308 }, {}, "http://limen.test/new/b?q=1"],
    [{ path: { prefix: "/" }, status: 307 }, { target: "/a" }, "http://limen.test/"],
    [
      { path: { regex: "^/a/(.*)$", with: "/z/\\1" }, status: 303 },
      {},
      "http://limen.test/z/b?q=1",
    ],
    // What a client sends can't become another host or another header.
    [{ path: { prefix: "/" } }, { target: "/a//evil.test" }, "http://limen.test//evil.test"],
    [{ status: 301 }, { target: "/a/%0d%0aX:1" }, "http://limen.test/a/%0D%0AX:1"],
  ]),
  "respond": async (gateway) => {
    const respond = { status: 201, headers: { "X-A": "1", "content-type": "a/b" }, body: "hé" };
    await gateway.push({
      clusters: {},
      routes: [
        { name: "full", match: { path: "/full" }, respond },
        { name: "text", match: { path: "/text" }, respond: { status: 503, body: "later" } },
        { name: "empty", match: { path: "/empty" }, respond: { status: 204 } },
      ],
    });
    const full = await rawRequest(gateway.port, { target: "/full", method: "POST" });
    assert.deepEqual([full.status, full.body], [201, "h\xc3\xa9"]);
    assert.deepEqual([valueOf(full, "x-a"), valueOf(full, "content-type")], ["1", "a/b"]);
    assert.notEqual(valueOf(full, "x-request-id"), null);
    const text = await rawRequest(gateway.port, { target: "/text" });
    assert.deepEqual([text.status, text.body], [503, "later"]);
    assert.equal(valueOf(text, "content-type"), "text/plain; charset=utf-8");
    const head = await rawRequest(gateway.port, { target: "/text", method: "HEAD" });
    assert.deepEqual([head.status, head.body], [503, ""]);
    const empty = await rawRequest(gateway.port, { target: "/empty" });
    assert.deepEqual([empty.status, empty.body], [204, ""]);
  },
  "rewrite path: prefix": rewrites([
    ["/shop/*", { prefix: "/v2" }, "/shop/x/y?q=1", "/v2/x/y?q=1"],
    ["/shop/*", { prefix: "/v2" }, "/shop", "/v2"],
    ["/shop/*", { prefix: "/v2" }, "/shop/", "/v2/"],
    ["/shop/*", { prefix: "/v2/" }, "/shop/x", "/v2/x"],
    ["/shop/*", { prefix: "/v2/" }, "/shop", "/v2"],
    ["/shop/*", { prefix: "/" }, "/shop", "/"],
    ["/shop/*", { prefix: "/" }, "/shop/", "/"],
    ["/shop/*", { prefix: "/" }, "/shop/x", "/x"],
    ["/shop/*", { prefix: "/" }, "/shop/x/", "/x/"],
    ["/shop/*", { prefix: "/v2" }, "/shop//x", "/v2//x"],
    ["/shop/*", { prefix: "/v2" }, "/shop/%2F", "/v2/%2F"],
    ["/shop/*", { prefix: "/shop/v2" }, "/shop/shop", "/shop/v2/shop"],
    ["/*", { prefix: "/v2" }, "/x", "/v2/x"],
    ["/*", { prefix: "/v2" }, "/", "/v2/"],
    ["/*", { prefix: "/" }, "/x", "/x"],
    ["/shop", { prefix: "/v2" }, "/shop", "/v2"],
  ]),
  "rewrite path: full and regex": rewrites([
    ["/shop/*", { full: "/x" }, "/shop/y?q=1", "/x?q=1"],
    ["/shop/*", { full: "/caf%C3%A9/" }, "/shop", "/caf%C3%A9/"],
    ["/*", { regex: "^/u/([^/]+)/(.*)$", with: "/users/\\1?/\\2" }, "/u/7/a", "/users/7%3F/a"],
    ["/*", { regex: "^/u/(.*)$", with: "/users/\\1" }, "/other", "/other"],
    ["/*", { regex: "x", with: "y" }, "/axbx?x", "/ayby?x"],
    ["/*", { regex: "^/a", with: "" }, "/a/../a/b", "/b"],
    ["/*", { regex: "^/(.*)$", with: "\\1" }, "/x", "/x"],
    ["/*", { regex: "^/(.*)$", with: "/a/../\\1" }, "/x", "/x"],
  ]),
  "rewrite host, and the clusters' own host": async (gateway) => {
    await using origin = await startOrigin("o");
    const own = new URL(origin.url).host;
    const hosts = { up: undefined, keep: "preserve", named: "literal.test" };
    await gateway.push({
      clusters: Object.fromEntries(
        Object.entries(hosts).map(([name, host]) => [name, cluster(origin, { host })]),
      ),
      routes: [
        ...Object.keys(hosts).map((name) => ({ name, match: { path: `/${name}` }, to: name })),
        { name: "re", match: { path: "/re" }, to: "keep", rewrite: { host: "internal.test" } },
      ],
    });
    // A Worker can't send another Host than the URL's: there, X-Forwarded-Host has to do.
    const onDeno = { up: own, keep: "limen.test:81", named: "literal.test", re: "internal.test" };
    for (const [path, want] of Object.entries(onDeno)) {
      const { headers } = await received(gateway, { target: `/${path}`, host: "limen.test:81" });
      assert.equal(headers["host"], gateway.runtime === "deno" ? want : own, path);
      assert.equal(headers["x-forwarded-host"], "limen.test:81");
    }
  },
  "defaults lie under every route": async (gateway) => {
    await using slow = await startOrigin(() => {});
    await using origin = await startOrigin("o");
    const edits = (from: string): unknown => ({
      request: { set: { "x-from": from }, add: { "x-all": from } },
      response: { set: { "x-from": from }, add: { "x-all": from } },
    });
    await gateway.push({
      clusters: { o: cluster(origin), slow: cluster(slow) },
      defaults: { timeout: "150ms", retry: { attempts: 0 }, headers: edits("defaults") },
      routes: [
        { name: "slow", match: { path: "/slow" }, to: "slow" },
        { name: "own", match: { path: "/own" }, to: "o", timeout: "5s", headers: edits("route") },
        { name: "say", match: { path: "/say" }, respond: { status: 200 } },
        { name: "rest", to: "o" },
      ],
    });
    assert.equal((await rawRequest(gateway.port, { target: "/slow" })).status, 504);
    assert.equal(slow.hits, 1);
    for (
      const [target, from, all] of [["/rest", "defaults", "defaults"], [
        "/own",
        "route",
        "defaults, route",
      ]] as const
    ) {
      const answer = await rawRequest(gateway.port, { target });
      const { headers } = JSON.parse(answer.body);
      assert.deepEqual([headers["x-from"], headers["x-all"]], [from, all]);
      assert.deepEqual([valueOf(answer, "x-from"), valueOf(answer, "x-all")], [from, all]);
    }
    const said = await rawRequest(gateway.port, { target: "/say" });
    assert.equal(valueOf(said, "x-from"), "defaults");
  },
  "a timeout, of the route, of the cluster, or of one try": async (gateway) => {
    await using slow = await startOrigin(() => {});
    await gateway.push({
      clusters: {
        a: cluster(slow, { outlierDetection: false }),
        b: cluster(slow, { outlierDetection: false, timeout: "100ms" }),
      },
      routes: [
        { name: "route", match: { path: "/route" }, to: "a", timeout: "100ms" },
        { name: "cluster", match: { path: "/cluster" }, to: "b", retry: { attempts: 0 } },
        { name: "try", match: { path: "/try" }, to: "a", retry: { perTryTimeout: "50ms" } },
      ],
    });
    for (const [target, tries] of [["/route", 1], ["/cluster", 1], ["/try", 3]] as const) {
      const before = slow.hits;
      const answer = await rawRequest(gateway.port, { target });
      assert.equal(answer.status, 504, target);
      assert.equal(valueOf(answer, "proxy-status"), "limen; error=http_response_timeout");
      assert.equal(JSON.parse(answer.body).code, "upstream_timeout");
      assert.equal(slow.hits - before, tries, target);
      assert.ok(!answer.body.includes("127.0.0.1"));
    }
  },
  "a binding that the Worker doesn't have is refused at the push": async (gateway) => {
    const before = await gateway.push({ clusters: {}, routes: [] });
    const endpoints = ["http://10.0.0.1"];
    const via = { binding: "DC_VPC" };
    const answer = await fetch(`${gateway.url}/_limen/policy`, {
      method: "PUT",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      body: JSON.stringify(
        {
          clusters: { dc: { location: "private", endpoints, via } },
          routes: [{ name: "r", to: "dc" }],
        },
        null,
        1,
      ),
    });
    const { code, findings } = JSON.parse(await answer.text());
    if (gateway.runtime === "deno") {
      assert.equal(answer.status, 200);
      return;
    }
    assert.deepEqual([answer.status, code], [422, "invalid_policy"]);
    const error = findings.find(({ severity }: { severity: string }) => severity === "error");
    assert.equal(error.path, "clusters.dc.via.binding");
    assert.match(error.message, /DC_VPC/);
    assert.match(error.message, /wrangler\.toml/);
    const active = await fetch(`${gateway.url}/_limen/policy`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    await active.body?.cancel();
    assert.equal(active.headers.get("etag"), `"${before}"`);
  },
});

/** Hostile and unusual targets: one path from match to upstream, or a refusal. */
import assert from "node:assert/strict";
import type { RunningGateway, Runtime } from "./support/gateway.ts";
import { type Origin, startOrigin } from "./support/origin.ts";
import { parseAnswers, type RawRequest, rawRequest, requestText, talk } from "./support/raw.ts";
import { suite } from "./support/suite.ts";

/** Target as sent, and the path that is matched and received; the query stays as it is. */
const carried: readonly (readonly [target: string, path: string])[] = [
  ["/a%2fb", "/a%2Fb"],
  ["/a%2F..%2Fb", "/a%2F..%2Fb"],
  ["/a/./b/../c", "/a/c"],
  ["/a/b/..", "/a/"],
  ["/a/%2e%2E/c", "/c"],
  ["/.%2e/c", "/c"],
  ["/../../x", "/x"],
  ["/a%252e%252e/x", "/a%252e%252e/x"],
  ["//a//b", "//a//b"],
  ["//evil.test/a", "//evil.test/a"],
  ["/a//../b", "/a/b"],
  ["/%7euser/%41%2d%5F", "/~user/A-_"],
  ["/a%c3%a9", "/a%C3%A9"],
  ["/caf\xc3\xa9", "/caf%C3%A9"],
  ["/a%5cb", "/a%5Cb"],
  ["/a%23b%3fc", "/a%23b%3Fc"],
  ["/a;v=1/b,c:d@e", "/a;v=1/b,c:d@e"],
  ["/{a}", "/%7Ba%7D"],
  ["/a%01b", "/a%01b"],
  ["http://limen.test/abs", "/abs"],
  ["http://limen.test", "/"],
];

/** Who says no: the gateway in a problem document, or the runtime before it, with a status of its own. */
type Refusal = "gateway" | "runtime" | "either";

const refused: readonly (readonly [target: string, by: Refusal])[] = [
  ["/a\x00b", "runtime"],
  ["/a\x01b", "runtime"],
  ["/a\x7fb", "either"],
  ["/a\tb", "runtime"],
  ["/a b", "runtime"],
  ["/a?x=\x01", "runtime"],
  ["", "runtime"],
  ["/a%00b", "gateway"],
  ["/a\\b", "gateway"],
  ["/a%", "gateway"],
  ["/a%2", "gateway"],
  ["/a%zzb", "gateway"],
  ["/a?x=%", "gateway"],
  ["/a?x=%2g", "gateway"],
  ["/a?x=\\", "gateway"],
];

const hosts: readonly (readonly [host: string, status: number])[] = [
  ["limen.test", 200],
  ["LIMEN.test.:8080", 200],
  ["[::1]:80", 200],
  ["", 400],
  ["a b", 400],
  ["a/b", 400],
  ["a/../b", 400],
  ["a?b", 400],
  ["a#b", 400],
  ["a\\b", 400],
  ["user@a", 400],
  ["a,b", 400],
  ["a%41", 400],
  ["a:b", 400],
  ["a:99999", 400],
  ["[::1", 400],
];

/** Every path of `carried` is a route of its own, which says its path; all others are told apart. */
const policyFor = (origin: Origin): unknown => ({
  clusters: { echo: { location: "private", endpoints: [origin.url] } },
  routes: [
    ...[...new Set(carried.map(([, path]) => path))].map((path, i) => ({
      name: `r${i}`,
      to: "echo",
      match: { path },
      headers: { response: { set: { "x-matched": path } } },
    })),
    { name: "rest", to: "echo" },
  ],
});

async function ask(
  gateway: RunningGateway,
  request: RawRequest,
): Promise<{ status: number; code?: string; url?: string; matched: string | undefined }> {
  const { status, headers, body } = await rawRequest(gateway.port, request);
  const matched = headers.find(([name]) => name === "x-matched")?.[1];
  const json = body.startsWith("{") ? JSON.parse(body) : {};
  return { status, matched, ...json.code && { code: json.code }, ...json.url && { url: json.url } };
}

const on = (gateway: RunningGateway, answers: Readonly<Record<Runtime, number>>): number =>
  answers[gateway.runtime];

suite("path", {
  "what is matched is what the origin receives": async (gateway) => {
    await using origin = await startOrigin("echo");
    await gateway.push(policyFor(origin));
    for (const [target, path] of carried) {
      const { url, matched } = await ask(gateway, { target });
      assert.deepEqual({ url, matched }, { url: path, matched: path }, JSON.stringify(target));
    }
  },
  "the query is handed on as it came, the fragment is not": async (gateway) => {
    await using origin = await startOrigin("echo");
    await gateway.push(policyFor(origin));
    const rows = [
      ["/q?x=%41&y=%2f&z=a/../b", "/q?x=%41&y=%2f&z=a/../b"],
      ["/q?a=1?b=2", "/q?a=1?b=2"],
      ["/q?x=%00", "/q?x=%00"],
      ["/q?", "/q"],
      ["/q#fragment", "/q"],
      ["/q?a#fragment?b", "/q?a"],
    ] as const;
    for (const [target, want] of rows) {
      assert.equal((await ask(gateway, { target })).url, want, target);
    }
  },
  "illegal targets reach no origin": async (gateway) => {
    await using origin = await startOrigin("echo");
    await gateway.push(policyFor(origin));
    for (const [target, by] of refused) {
      const { status, code } = await ask(gateway, { target });
      assert.equal(status, 400, JSON.stringify(target));
      if (by === "either") continue;
      assert.equal(code, by === "gateway" ? "bad_request" : undefined, JSON.stringify(target));
    }
    assert.equal(origin.hits, 0);
  },
  "a target that is too long": async (gateway) => {
    await gateway.push({ clusters: {}, routes: [{ name: "all", respond: { status: 200 } }] });
    const longest = "/" + "a".repeat(16_383);
    assert.equal((await ask(gateway, { target: longest })).status, 200);
    const { status, code } = await ask(gateway, { target: longest + "a" });
    assert.deepEqual({ status, code }, { status: 414, code: "uri_too_long" });
    // Beyond what the runtime reads, it says so itself.
    const huge = await ask(gateway, { target: longest.repeat(5) });
    assert.equal(huge.status, on(gateway, { deno: 400, cloudflare: 414 }));
  },
  "Limen's own endpoints can't be reached by a detour, nor left by one": async (gateway) => {
    await using origin = await startOrigin("echo");
    await gateway.push(policyFor(origin));
    for (const target of ["/x/../_limen/policy", "/%5flimen/policy", "/_limen/./policy"]) {
      const { status } = await ask(gateway, { target });
      assert.ok(status === 401 || status === 404, `${target}: ${status}`);
    }
    assert.equal(origin.hits, 0);
    assert.equal((await ask(gateway, { target: "/_limen/../a/c" })).matched, "/a/c");
    assert.equal((await ask(gateway, { target: "/_limenade" })).url, "/_limenade");
    assert.equal((await ask(gateway, { target: "/_limen%2Fpolicy" })).url, "/_limen%2Fpolicy");
  },
  "the Host header": async (gateway) => {
    await gateway.push({ clusters: {}, routes: [{ name: "all", respond: { status: 200 } }] });
    for (const [host, status] of hosts) {
      assert.equal((await ask(gateway, { host })).status, status, JSON.stringify(host));
    }
    for (const second of ["limen.test", "other.test"]) {
      assert.equal((await ask(gateway, { headers: [["Host", second]] })).status, 400);
    }
    // Deno answers a request without one as if it named the listener's own address.
    const missing = await ask(gateway, { host: null });
    assert.equal(missing.status, on(gateway, { deno: 200, cloudflare: 400 }));
  },
  "an absolute target can't claim another host or scheme": async (gateway) => {
    await using origin = await startOrigin("echo");
    await gateway.push({
      clusters: { echo: { location: "private", endpoints: [origin.url] } },
      routes: [
        { name: "own", hosts: ["limen.test"], to: "echo" },
        { name: "other", hosts: ["other.test"], respond: { status: 418 } },
      ],
    });
    // workerd shows the Host header only, so that one decides there; Deno shows both.
    const { status } = await ask(gateway, { target: "http://other.test/a" });
    assert.equal(status, on(gateway, { deno: 400, cloudflare: 200 }));
    for (const target of ["https://limen.test/a", "HTTP://limen.test/a"]) {
      const { body } = await rawRequest(gateway.port, { target });
      const { url, headers } = JSON.parse(body);
      assert.equal(url, "/a");
      assert.equal(headers["x-forwarded-proto"], "http");
      assert.match(headers.forwarded, /proto=http$/);
    }
  },
  "OPTIONS *, and methods that can't be forwarded": async (gateway) => {
    await using origin = await startOrigin("echo");
    await gateway.push(policyFor(origin));
    const star = await ask(gateway, { method: "OPTIONS", target: "*" });
    // Deno shows it as OPTIONS /*.
    assert.equal(star.status, on(gateway, { deno: 200, cloudflare: 400 }));
    assert.equal((await ask(gateway, { target: "*" })).status, 400);
    assert.equal((await ask(gateway, { method: "TRACE" })).status, 501);
    const connect = await ask(gateway, { method: "CONNECT", target: "a.test:443" });
    assert.equal(connect.status, on(gateway, { deno: 400, cloudflare: 500 }));
    // Fetch would turn it into GET: another request than the one that was matched.
    assert.equal((await ask(gateway, { method: "get" })).status, 501);
  },
  "a GET with a body is refused, and no endpoint is blamed": async (gateway) => {
    await using origin = await startOrigin("echo");
    await gateway.push(policyFor(origin));
    for (let i = 0; i < 6; i++) {
      const sized: RawRequest = { headers: [["Content-Length", "3"]], body: "abc" };
      const chunked: RawRequest = {
        headers: [["Transfer-Encoding", "chunked"]],
        body: "3\r\nabc\r\n0\r\n\r\n",
      };
      assert.equal((await ask(gateway, sized)).code, "bad_request");
      assert.equal((await ask(gateway, chunked)).code, "bad_request");
    }
    assert.equal((await ask(gateway, { headers: [["Content-Length", "0"]] })).status, 200);
    assert.equal(origin.hits, 1);
  },
  "no body smuggles a request": async (gateway) => {
    const seen: string[] = [];
    await using origin = await startOrigin((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      request.resume().on("end", () => response.end());
    });
    await gateway.push(policyFor(origin));
    const inner = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    const chunk = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;
    const rows: readonly (readonly [headers: RawRequest["headers"], body: string])[] = [
      [
        [["Content-Length", `${5 + inner.length}`], ["Transfer-Encoding", "chunked"]],
        `0\r\n\r\n${inner}`,
      ],
      [[["Content-Length", "4"], ["Transfer-Encoding", "chunked"]], chunk],
      [[["Transfer-Encoding", "chunked"], ["Content-Length", "4"]], chunk],
      [[["Content-Length", "0"], ["Content-Length", `${inner.length}`]], inner],
      [[["Content-Length", `${inner.length}, 0`]], inner],
      [[["Content-Length", `+${inner.length}`]], inner],
      [[["Transfer-Encoding", "xchunked"]], chunk],
      [[["Transfer-Encoding ", "chunked"]], chunk],
      [[["Transfer-Encoding", "chunked"], ["Transfer-Encoding", "identity"]], chunk],
      [[["X-A", "b\r\n Transfer-Encoding: chunked"]], chunk],
      [[["X-A", "b\rContent-Length: 0"], ["Content-Length", `${inner.length}`]], inner],
    ];
    for (const [headers, body] of rows) {
      seen.length = 0;
      const text = requestText({ method: "POST", headers: headers ?? [], body });
      const answers = parseAnswers(await talk(gateway.port, text));
      assert.equal(answers.length, 1, JSON.stringify(text));
      assert.ok(
        seen.length <= 1 && !seen.includes("GET /smuggled"),
        JSON.stringify({ text, seen }),
      );
    }
  },
});

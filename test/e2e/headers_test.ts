/** Which headers pass, which are added, and which never leave the gateway. */
import assert from "node:assert/strict";
import { behind, oneRoute } from "./support/behind.ts";
import type { RunningGateway } from "./support/gateway.ts";
import { startOrigin } from "./support/origin.ts";
import { type RawRequest, rawRequest, valueOf, valuesOf } from "./support/raw.ts";
import { suite } from "./support/suite.ts";

type Pairs = NonNullable<RawRequest["headers"]>;

/** What the echoing origin received: names in lower case, one entry for each line. */
async function sentOn(gateway: RunningGateway, headers: Pairs = []): Promise<Pairs> {
  const { status, body } = await rawRequest(gateway.port, { headers });
  assert.equal(status, 200, body);
  const { rawHeaders } = JSON.parse(body) as { rawHeaders: string[] };
  return rawHeaders.flatMap((name, i) =>
    i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1]!] as const] : []
  );
}

const at = (headers: Pairs, name: string): string | null => {
  const values = headers.filter(([known]) => known === name).map(([, value]) => value);
  return values.length === 0 ? null : values.join(", ");
};

const trusted = { trust: { proxies: ["127.0.0.1/32", "10.0.0.0/8"] } };

const proxied: Pairs = [
  ["X-Forwarded-For", "192.0.2.7, 198.51.100.1, 10.1.1.1"],
  ["X-Forwarded-Proto", "https"],
  ["X-Forwarded-Host", "shop.test"],
  ["X-Forwarded-Port", "444"],
  ["X-Real-IP", "192.0.2.7"],
  ["Forwarded", "for=192.0.2.7;proto=https"],
];

suite("headers", {
  "hop-by-hop headers end here": behind("o", async (gateway) => {
    const sent = await sentOn(gateway, [
      ["Connection", "close, X-Hop, Cookie, X-Forwarded-For, :bad"],
      ["X-Hop", "1"],
      ["Cookie", "a=1"],
      ["Keep-Alive", "timeout=5"],
      ["TE", "trailers"],
      ["Trailer", "x-t"],
      ["Proxy-Authorization", "Basic eDp5"],
      ["Proxy-Connection", "keep-alive"],
      ["Upgrade", "h2c"],
      ["X-Kept", "1"],
    ]);
    const gone = [
      "keep-alive",
      "te",
      "trailer",
      "proxy-authorization",
      "proxy-connection",
      "upgrade",
      "x-hop",
    ];
    assert.deepEqual(gone.filter((name) => at(sent, name) !== null), []);
    // What others rely on can't be talked away.
    assert.deepEqual([at(sent, "cookie"), at(sent, "x-forwarded-for"), at(sent, "x-kept")], [
      "a=1",
      "127.0.0.1",
      "1",
    ]);
  }),
  "and so do the origin's": behind((_request, response) => {
    response.writeHead(200, {
      "connection": "close, X-Secret",
      "x-secret": "1",
      "keep-alive": "timeout=99",
      "proxy-authenticate": "Basic",
      "proxy-connection": "x",
      "te": "x",
      "upgrade": "h2c",
      "x-kept": "1",
      "date": "Thu, 01 Jan 2026 00:00:00 GMT",
      "server": "origin/1",
    }).end("ok");
  }, async (gateway) => {
    const answer = await rawRequest(gateway.port);
    const gone = [
      "x-secret",
      "keep-alive",
      "proxy-authenticate",
      "proxy-connection",
      "te",
      "upgrade",
    ];
    assert.deepEqual(gone.filter((name) => valueOf(answer, name) !== null), []);
    assert.equal(valueOf(answer, "x-kept"), "1");
    assert.equal(valueOf(answer, "date"), "Thu, 01 Jan 2026 00:00:00 GMT");
    assert.equal(valueOf(answer, "server"), "origin/1");
  }),
  "what a stranger says of itself is replaced": behind("o", async (gateway) => {
    const sent = await sentOn(gateway, proxied);
    assert.equal(at(sent, "x-forwarded-for"), "127.0.0.1");
    assert.equal(at(sent, "x-forwarded-proto"), "http");
    assert.equal(at(sent, "x-forwarded-host"), "limen.test");
    assert.equal(at(sent, "forwarded"), "for=127.0.0.1;host=limen.test;proto=http");
    assert.deepEqual([at(sent, "x-forwarded-port"), at(sent, "x-real-ip")], [null, null]);
  }),
  "what a trusted proxy says is continued": behind(
    "o",
    async (gateway) => {
      const sent = await sentOn(gateway, proxied);
      const chain = "192.0.2.7, 198.51.100.1, 10.1.1.1, 127.0.0.1";
      assert.equal(at(sent, "x-forwarded-for"), chain);
      assert.equal(at(sent, "x-forwarded-proto"), "https");
      assert.equal(at(sent, "x-forwarded-host"), "shop.test");
      const element = "for=127.0.0.1;host=limen.test;proto=http";
      assert.equal(at(sent, "forwarded"), `for=192.0.2.7;proto=https, ${element}`);
      assert.equal(at(sent, "x-forwarded-port"), "444");
      const nothing = await sentOn(gateway);
      assert.equal(at(nothing, "x-forwarded-for"), "127.0.0.1");
      assert.equal(at(nothing, "x-forwarded-proto"), "http");
    },
    {},
    trusted,
  ),
  "x-request-id: kept or made, on every answer": async (gateway) => {
    await using origin = await startOrigin("o");
    await gateway.push({
      ...oneRoute(origin),
      routes: [
        { name: "o", match: { path: "/o" }, to: "o" },
        { name: "go", match: { path: "/go" }, redirect: { host: "x.test" } },
        { name: "say", match: { path: "/say" }, respond: { status: 200 } },
      ],
    });
    for (const target of ["/o", "/go", "/say", "/none", "/%zz", "/\\"]) {
      const made = await rawRequest(gateway.port, { target });
      assert.match(valueOf(made, "x-request-id") ?? "", /^[0-9a-f-]{36}$/, target);
      for (const [given, kept] of [["id-1", true], ["a b", false], ["x".repeat(129), false]]) {
        const headers: Pairs = [["X-Request-Id", String(given)]];
        const answer = await rawRequest(gateway.port, { target, headers });
        const id = valueOf(answer, "x-request-id");
        assert.equal(id === given, kept, `${target} ${given}: ${id}`);
        if (target !== "/o") continue;
        assert.equal(JSON.parse(answer.body).headers["x-request-id"], id);
      }
    }
  },
  "trace context passes untouched": behind("o", async (gateway) => {
    const trace: Pairs = [
      ["traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
      ["tracestate", "a=1,b=2"],
      ["b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1"],
      ["x-b3-traceid", "80f198ee56343ba864fe8b2a57d3eff7"],
      ["x-b3-spanid", "e457b5a2e4d86bd1"],
      ["x-b3-sampled", "1"],
    ];
    const sent = await sentOn(gateway, trace);
    for (const [name, value] of trace) assert.equal(at(sent, name), value);
  }),
  "Via is continued, and stops a loop": behind("o", async (gateway, origin) => {
    assert.equal(at(await sentOn(gateway), "via"), "1.1 limen");
    const sent = await sentOn(gateway, [["Via", "1.0 fred, 1.1 limen"]]);
    assert.equal(at(sent, "via"), "1.0 fred, 1.1 limen, 1.1 limen");
    await gateway.push(oneRoute({ url: gateway.url }));
    const answer = await rawRequest(gateway.port);
    assert.equal(answer.status, 508);
    assert.equal(JSON.parse(answer.body).code, "loop_detected");
    assert.equal(valueOf(answer, "proxy-status"), "limen; error=proxy_loop_detected");
    assert.equal(origin.hits, 2);
  }),
  "repeated headers, both ways": behind(async (request, response) => {
    await Array.fromAsync(request);
    response.setHeader("set-cookie", ["a=1; Path=/", "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT"]);
    response.setHeader("link", ["<a>", "<b>"]);
    response.end(JSON.stringify({ rawHeaders: request.rawHeaders }));
  }, async (gateway) => {
    const headers: Pairs = [["X-Rep", "1"], ["X-Rep", "2, 3"], ["Accept", "a/b"], [
      "accept",
      "*/*",
    ]];
    const sent = await sentOn(gateway, headers);
    assert.equal(at(sent, "x-rep"), "1, 2, 3");
    assert.equal(at(sent, "accept"), "a/b, */*");
    const answer = await rawRequest(gateway.port);
    assert.deepEqual(valuesOf(answer, "set-cookie"), [
      "a=1; Path=/",
      "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
    ]);
    assert.equal(valueOf(answer, "link"), "<a>, <b>");
  }),
  "edits: removals, then set, then add; the route's, then the member's": async (gateway) => {
    await using origin = await startOrigin((request, response) => {
      response.setHeader("x-a", "origin");
      response.setHeader("x-gone", "origin");
      response.setHeader("set-cookie", ["o=1"]);
      response.end(JSON.stringify({ rawHeaders: request.rawHeaders }));
    });
    const route = { set: { "X-A": "route" }, add: { "x-b": "route" }, remove: ["X-Gone"] };
    const member = { set: { "x-c": "member" }, add: { "x-a": "member", "x-b": "member" } };
    await gateway.push(oneRoute(origin, {
      to: undefined,
      split: [{ cluster: "o", weight: 1, headers: { request: member, response: member } }],
      headers: {
        request: route,
        response: { ...route, add: { "x-b": "route", "set-cookie": "l=1" } },
      },
    }));
    const headers: Pairs = [["x-a", "client"], ["x-b", "client"], ["x-gone", "1"]];
    const sent = await sentOn(gateway, headers);
    assert.deepEqual(["x-a", "x-b", "x-c", "x-gone"].map((name) => at(sent, name)), [
      "route, member",
      "client, route, member",
      "member",
      null,
    ]);
    const answer = await rawRequest(gateway.port, { headers });
    assert.deepEqual(["x-a", "x-b", "x-c", "x-gone"].map((name) => valueOf(answer, name)), [
      "route, member",
      "route, member",
      "member",
      null,
    ]);
    assert.deepEqual(valuesOf(answer, "set-cookie"), ["o=1", "l=1"]);
  },
});

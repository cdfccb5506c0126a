import assert from "node:assert/strict";
import type { Policy } from "../../src/policy/schema/policy.ts";
import { arrived, FakeAnswer } from "../support/platform.ts";
import { entrance } from "./fixture.ts";

const all: Policy["routes"] = [{ name: "all", to: "a" }];
const codeOf = async (response: Response): Promise<string> =>
  (await response.json() as { code: string }).code;

Deno.test("without a policy: not_ready", async () => {
  const response = await entrance(null).ask();
  assert.deepEqual([response.status, await codeOf(response)], [503, "not_ready"]);
});

Deno.test("without a route: no_route", async () => {
  const routes: Policy["routes"] = [{ name: "x", match: { path: "/x" }, to: "a" }];
  const response = await entrance(routes).ask();
  assert.deepEqual([response.status, await codeOf(response)], [404, "no_route"]);
});

for (const method of ["CONNECT", "TRACE", "TRACK", "get", "Post"]) {
  Deno.test(`${method} can't be forwarded`, async () => {
    const { ask, platform } = entrance(all);
    const response = await ask({ method });
    assert.deepEqual([response.status, await codeOf(response)], [501, "not_implemented"]);
    assert.equal(platform.sent.length, 0);
  });
}

for (const method of ["GET", "HEAD"]) {
  Deno.test(`${method} with a body can't be forwarded`, async () => {
    const response = await entrance(all).ask({ method, body: arrived("x") });
    assert.deepEqual([response.status, await codeOf(response)], [400, "bad_request"]);
  });
}

Deno.test("a loop is stopped", async () => {
  const via = new Array(8).fill("1.1 limen").join(", ");
  const response = await entrance(all).ask({ headers: { via } });
  assert.deepEqual([response.status, await codeOf(response)], [508, "loop_detected"]);
});

const ids: [given: string | null, kept: boolean][] = [
  ["abc-123", true],
  ["x".repeat(128), true],
  ["x".repeat(129), false],
  ["a b", false],
  ["", false],
  ["ü", false],
  [null, false],
];
for (const [given, kept] of ids) {
  Deno.test(`x-request-id ${given && `"${given.slice(0, 9)}" (${given.length})`} is ${kept ? "kept" : "replaced"}`, async () => {
    const { ask, platform } = entrance(all, { script: ["reset", 200] });
    const headers: HeadersInit = given === null ? {} : { "x-request-id": given };
    const response = await ask({ headers });
    const id = response.headers.get("x-request-id");
    assert.equal(id, kept ? given : "00000000-0000-4000-8000-000000000001");
    assert.equal(platform.sent[0]!.headers["x-request-id"], id);
    assert.equal(platform.sent[1]!.headers["x-request-id"], id);
  });
}

Deno.test("the upstream gets the client's headers, its own news, and the policy's edits last", async () => {
  const { ask, platform } = entrance([{
    name: "all",
    split: [{ cluster: "a", weight: 1, headers: { request: { set: { "x-member": "a" } } } }],
    headers: {
      request: {
        set: { "x-forwarded-proto": "gopher", "x-member": "route" },
        remove: ["x-secret"],
      },
    },
  }]);
  await ask({
    headers: {
      "accept": "*/*",
      "connection": "close, x-hop",
      "x-hop": "1",
      "x-secret": "1",
      "expect": "100-continue",
      "x-forwarded-for": "203.0.113.1",
      "x-real-ip": "203.0.113.1",
      "via": "1.0 other",
      "x-request-id": "r1",
      "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    },
  });
  assert.deepEqual(platform.sent[0]!.headers, {
    "accept": "*/*",
    "forwarded": "for=198.51.100.7;host=shop.test;proto=http",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "via": "1.0 other, 1.1 limen",
    "x-forwarded-for": "198.51.100.7",
    "x-forwarded-host": "shop.test",
    "x-forwarded-proto": "gopher",
    "x-member": "a",
    "x-request-id": "r1",
  });
});

Deno.test("the client gets the upstream's headers without hop-by-hop, and the policy's edits", async () => {
  const { ask } = entrance([{
    name: "all",
    split: [{ cluster: "a", weight: 1, headers: { response: { add: { "x-member": "a" } } } }],
    headers: { response: { remove: ["server"], set: { "x-route": "all" } } },
  }], {
    script: [
      (): Promise<FakeAnswer> =>
        Promise.resolve(
          new FakeAnswer(201, {
            "connection": "x-hop",
            "keep-alive": "timeout=5",
            "x-hop": "1",
            "server": "nginx",
            "etag": '"e"',
            "x-request-id": "upstream's",
          }),
        ),
    ],
  });
  const response = await ask({ headers: { "x-request-id": "r1" } });
  assert.equal(response.status, 201);
  assert.deepEqual(Object.fromEntries(response.headers), {
    "etag": '"e"',
    "x-member": "a",
    "x-request-id": "r1",
    "x-route": "all",
  });
});

const sticky: Policy["routes"] = [{ name: "all", to: "a", sticky: { cookie: { name: "s" } } }];

Deno.test("a sticky cookie is given once, whatever the upstream sets", async () => {
  const { ask } = entrance(sticky, {
    script: [
      (): Promise<FakeAnswer> => Promise.resolve(new FakeAnswer(200, { "set-cookie": "own=1" })),
    ],
  });
  const first = await ask();
  assert.deepEqual(first.headers.getSetCookie(), [
    "own=1",
    "s=00000000-0000-4000-8000-000000000002; Path=/; HttpOnly; SameSite=Lax",
  ]);
  const again = await ask({ headers: { cookie: "s=00000000-0000-4000-8000-000000000002" } });
  assert.deepEqual(again.headers.getSetCookie(), ["own=1"]);
});

const schemes = [
  { name: "https", url: "https://shop.test/", peer: "198.51.100.7", secure: true },
  { name: "http that claims https", url: "http://shop.test/", peer: "198.51.100.7", secure: false },
  { name: "https in front of a proxy", url: "http://shop.test/", peer: "10.0.0.1", secure: true },
];
for (const { name, url, peer, secure } of schemes) {
  Deno.test(`a sticky cookie over ${name} is ${secure ? "" : "not "}Secure`, async () => {
    const { ask } = entrance(sticky, { trust: { proxies: ["10.0.0.0/8"] } });
    const response = await ask({ url, peer, headers: { "x-forwarded-proto": "https" } });
    assert.equal(response.headers.getSetCookie()[0]!.endsWith("; Secure"), secure);
  });
}

const failures = [
  { reply: "connect", want: [502, "upstream_connect_failed"] },
  { reply: "reset", want: [502, "upstream_reset"] },
  { reply: "aborted", want: [499, "client_gone"] },
] as const;
for (const { reply, want } of failures) {
  Deno.test(`${reply}: ${want[1]}, and not a word of the upstream`, async () => {
    const { ask } = entrance(all, { script: [reply] });
    const response = await ask({ headers: { "x-request-id": "r1" } });
    const text = await response.text();
    assert.deepEqual([response.status, JSON.parse(text).code], want);
    assert.equal(response.headers.get("x-request-id"), "r1");
    assert.ok(!(text + JSON.stringify([...response.headers])).includes("a.test"));
  });
}

Deno.test("retries over all members end with problem details too", async () => {
  const routes: Policy["routes"] = [{ name: "all", split: { a: 1, b: 1 }, retry: { attempts: 1 } }];
  const { ask, platform } = entrance(routes, { script: ["connect"] });
  assert.equal((await ask()).status, 502);
  assert.deepEqual(platform.sent.map(({ url }) => url).sort(), [
    "https://a.test/",
    "https://b.test/",
  ]);
});

Deno.test("path and host are rewritten, the query is kept", async () => {
  const { ask, platform } = entrance([{
    name: "all",
    match: { path: "/shop/*" },
    to: "a",
    rewrite: { host: "in.test", path: { prefix: "/v2" } },
  }]);
  await ask({ url: "http://shop.test/shop/x%2Fy?q=%2f" });
  const { url, host } = platform.sent[0]!;
  assert.deepEqual({ url, host }, { url: "https://a.test/v2/x%2Fy?q=%2f", host: "in.test" });
});

const upgrades: [method: string, upgrade: string | null, want: boolean][] = [
  ["GET", "websocket", true],
  ["GET", "WebSocket", true],
  ["GET", "h2c", false],
  ["GET", null, false],
  ["POST", "websocket", false],
];
for (const [method, upgrade, want] of upgrades) {
  Deno.test(`${method} with Upgrade ${upgrade}: ${want ? "" : "no "}WebSocket`, async () => {
    const { ask, platform } = entrance(all);
    await ask({ method, headers: upgrade === null ? {} : { upgrade, connection: "upgrade" } });
    const { upgrade: asked, headers } = platform.sent[0]!;
    assert.equal(asked, want);
    assert.equal(headers["upgrade"], undefined);
  });
}

Deno.test("the deadline of the answer's body goes to the platform", async () => {
  const entry = entrance([{ name: "all", to: "a", timeout: "2s" }]);
  await entry.ask();
  assert.equal(entry.last.deadline?.atMs, entry.platform.now() + 2_000);
});

Deno.test("a redirect and an answer of the policy's own have no upstream", async () => {
  const { ask, platform } = entrance([
    {
      name: "old",
      match: { path: "/old/*" },
      redirect: { path: { prefix: "/new" } },
      headers: { response: { set: { "x-route": "old" } } },
    },
    { name: "ok", match: { path: "/ok" }, respond: { status: 200, body: "fine" } },
  ], { trust: { proxies: ["10.0.0.0/8"] } });
  const redirected = await ask({
    url: "http://shop.test:8080/old/x?y",
    peer: "10.0.0.1",
    headers: {
      "x-forwarded-proto": "https",
      "x-forwarded-host": "www.shop.test",
      "x-request-id": "r1",
    },
  });
  assert.equal(redirected.status, 302);
  assert.deepEqual(Object.fromEntries(redirected.headers), {
    "location": "https://www.shop.test/new/x?y",
    "x-request-id": "r1",
    "x-route": "old",
  });
  const answered = await ask({ url: "http://shop.test/ok" });
  assert.deepEqual([answered.status, await answered.text()], [200, "fine"]);
  assert.ok(answered.headers.get("x-request-id"));
  assert.equal(platform.sent.length, 0);
});

import assert from "node:assert/strict";
import type { Policy } from "../../src/policy/schema/policy.ts";
import { entrance } from "./fixture.ts";

const all: Policy["routes"] = [{ name: "all", to: "a" }];
const HOST = "http://shop.test";

/** @returns the code of a problem, "own", or the URL that was asked upstream */
async function outcome(url: string, headers: HeadersInit = {}): Promise<string> {
  const { ask, platform } = entrance(all);
  const response = await ask({ url, headers });
  if (response.headers.get("content-type") === "application/problem+json") {
    assert.ok(response.headers.get("x-request-id"));
    assert.equal(platform.sent.length, 0);
    return (await response.json() as { code: string }).code;
  }
  return platform.sent[0]?.url ?? await response.text();
}

const targets: [target: string, want: string][] = [
  ["/", "https://a.test/"],
  ["/a/../b", "https://a.test/b"],
  ["/%61%2fb", "https://a.test/a%2Fb"],
  ["//a//b/", "https://a.test//a//b/"],
  ["/a\\b", "bad_request"],
  ["/a\x01b", "bad_request"],
  ["/a%00b", "bad_request"],
  ["/a%zzb", "bad_request"],
  ["/?", "https://a.test/"],
  ["/?a=1&b=%2F%61", "https://a.test/?a=1&b=%2F%61"],
  ["/?a=?/:@!$'()*+,;", "https://a.test/?a=?/:@!$'()*+,;"],
  ['/?a="<>[]^`{|}', 'https://a.test/?a="<>[]^`{|}'],
  ["/?a=ü日", "https://a.test/?a=ü日"],
  ["/?a=%00", "https://a.test/?a=%00"],
  ["/?a=\x00", "bad_request"],
  ["/?a=\x1f", "bad_request"],
  ["/?a=\x7f", "bad_request"],
  ["/?a= b", "bad_request"],
  ["/?a=\t", "bad_request"],
  ["/?a=\\b", "bad_request"],
  ["/?a=%", "bad_request"],
  ["/?a=%4", "bad_request"],
  ["/?a=%4g", "bad_request"],
  ["/?a=100%&b=1", "bad_request"],
  [`/?${"x".repeat(16_383)}`, `https://a.test/?${"x".repeat(16_383)}`],
  [`/?${"x".repeat(16_384)}`, "uri_too_long"],
  [`/${"x".repeat(16_384)}`, "uri_too_long"],
  ["/_limen", "own"],
  ["/_limen/", "own"],
  ["/_limen/policy?x=1", "own"],
  ["/%5Flimen/policy", "own"],
  ["/x/../_limen/policy", "own"],
  ["/_limen/../x", "https://a.test/x"],
  ["/_limen%2Fpolicy", "https://a.test/_limen%2Fpolicy"],
  ["/_limens", "https://a.test/_limens"],
  ["//_limen/policy", "https://a.test//_limen/policy"],
  ["/_LIMEN/policy", "https://a.test/_LIMEN/policy"],
];
for (const [target, want] of targets) {
  const name = JSON.stringify(target.length > 80 ? `${target.slice(0, 20)}…` : target);
  Deno.test(`target ${name}`, async () => assert.equal(await outcome(HOST + target), want));
}

const good = "https://a.test/x";
const hosts: [authority: string, header: string | null, want: string][] = [
  ["shop.test", null, good],
  ["shop.test", "shop.test", good],
  ["shop.test", "SHOP.test.", good],
  ["shop.test:8080", "shop.test:8080", good],
  ["shop.test:8080", "shop.test", good],
  ["[::1]:8080", "[::1]:8080", good],
  ["my_host", "my_host", good],
  ["192.0.2.1", "192.0.2.1", good],
  // A target in absolute form that names another host than the header.
  ["shop.test", "other.test", "bad_request"],
  ["shop.test", "", "bad_request"],
  ["shop.test", "shop.test/x", "bad_request"],
  ["shop.test", "user@shop.test", "bad_request"],
  ["shop.test", "shop.test, other.test", "bad_request"],
  ["shop.test", "shop.test:x", "bad_request"],
  ["shop.test", "shop.test:99999", "bad_request"],
  ["shop.test", "shöp.test", "bad_request"],
  ["shop test", null, "bad_request"],
  ["shöp.test", null, "bad_request"],
  ["shop.test:x", null, "bad_request"],
  ["", null, "bad_request"],
];
for (const [authority, header, want] of hosts) {
  Deno.test(`host ${JSON.stringify(authority)} with the header ${JSON.stringify(header)}`, async () => {
    const headers: HeadersInit = header === null ? {} : { host: header };
    assert.equal(await outcome(`http://${authority}/x`, headers), want);
  });
}

for (const url of ["ftp://shop.test/", "/x", "*", "http:///x"]) {
  Deno.test(`the URL ${url} names no host`, async () => {
    assert.equal(await outcome(url), "bad_request");
  });
}

Deno.test("what is refused at the door keeps its request id", async () => {
  const { ask } = entrance(all);
  const response = await ask({ url: `${HOST}/%zz`, headers: { "x-request-id": "r1" } });
  assert.equal(response.headers.get("x-request-id"), "r1");
});

Deno.test("own endpoints answer without a policy", async () => {
  const { ask } = entrance(null);
  assert.equal(await (await ask({ url: `${HOST}/_limen/healthz` })).text(), "own");
});

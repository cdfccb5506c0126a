import assert from "node:assert/strict";
import { type Client, clientOf, type Connection, setForwarded } from "../../src/forward/client.ts";
import { compileTrust } from "../../src/compile/trust.ts";

const { isProxy } = compileTrust(["10.0.0.0/8", "2001:db8:aaaa::/48"]);

const direct: Connection = { peer: "198.51.100.7", scheme: "http", authority: "shop.test:8080" };
const proxied: Connection = { ...direct, peer: "10.0.0.1" };

interface Row {
  readonly name: string;
  readonly connection: Connection;
  readonly headers: HeadersInit;
  readonly want: Partial<Client>;
}

const clients: Row[] = [
  {
    name: "nobody in front",
    connection: direct,
    headers: {},
    want: {
      address: "198.51.100.7",
      scheme: "http",
      authority: "shop.test:8080",
      behindProxy: false,
    },
  },
  {
    name: "a liar",
    connection: direct,
    headers: {
      "x-forwarded-for": "192.0.2.9",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "evil.test",
    },
    want: {
      address: "198.51.100.7",
      scheme: "http",
      authority: "shop.test:8080",
      behindProxy: false,
    },
  },
  {
    name: "an unknown peer is never a proxy",
    connection: { ...direct, peer: null },
    headers: { "x-forwarded-for": "192.0.2.9", "x-forwarded-proto": "https" },
    want: { address: null, scheme: "http", behindProxy: false },
  },
  {
    name: "one proxy",
    connection: proxied,
    headers: {
      "x-forwarded-for": "192.0.2.9",
      "x-forwarded-proto": "HTTPS",
      "x-forwarded-host": "www.shop.test",
    },
    want: { address: "192.0.2.9", scheme: "https", authority: "www.shop.test", behindProxy: true },
  },
  {
    name: "several proxies",
    connection: proxied,
    headers: { "x-forwarded-for": "192.0.2.9, 10.1.2.3,10.3.2.1" },
    want: { address: "192.0.2.9" },
  },
  {
    name: "what the client put in front of its address",
    connection: proxied,
    headers: { "x-forwarded-for": "203.0.113.1, 192.0.2.9, 10.1.2.3" },
    want: { address: "192.0.2.9" },
  },
  {
    name: "only proxies",
    connection: proxied,
    headers: { "x-forwarded-for": "10.1.2.3, 10.3.2.1" },
    want: { address: "10.0.0.1" },
  },
  { name: "no list", connection: proxied, headers: {}, want: { address: "10.0.0.1" } },
  {
    name: "an empty list",
    connection: proxied,
    headers: { "x-forwarded-for": " , ," },
    want: { address: "10.0.0.1" },
  },
  {
    name: "empty members",
    connection: proxied,
    headers: { "x-forwarded-for": "192.0.2.9, , 10.1.2.3, " },
    want: { address: "192.0.2.9" },
  },
  {
    name: "no address: what stands left of it is not believed",
    connection: proxied,
    headers: { "x-forwarded-for": "192.0.2.9, unknown, 10.1.2.3" },
    want: { address: "10.0.0.1" },
  },
  {
    name: "a port",
    connection: proxied,
    headers: { "x-forwarded-for": "192.0.2.9:4711, 10.1.2.3:80" },
    want: { address: "192.0.2.9" },
  },
  {
    name: "IPv6 throughout",
    connection: { ...proxied, peer: "2001:db8:aaaa::1" },
    headers: { "x-forwarded-for": "[2001:db8::9]:4711, 2001:db8:aaaa::2" },
    want: { address: "2001:db8::9", behindProxy: true },
  },
  {
    name: "an IPv4 proxy seen through an IPv6 socket",
    connection: { ...proxied, peer: "::ffff:10.0.0.1" },
    headers: { "x-forwarded-for": "192.0.2.9" },
    want: { address: "192.0.2.9", behindProxy: true },
  },
  {
    name: "another scheme",
    connection: proxied,
    headers: { "x-forwarded-proto": "ftp" },
    want: { scheme: "http" },
  },
  {
    name: "a list of schemes",
    connection: proxied,
    headers: { "x-forwarded-proto": "https, http" },
    want: { scheme: "http" },
  },
  ...["a.test, b.test", "a.test/x", "user@a.test", "a b", "", "a.test:port", "[::1"].map((
    host,
  ): Row => ({
    name: `x-forwarded-host "${host}" names no host`,
    connection: proxied,
    headers: { "x-forwarded-host": host },
    want: { authority: "shop.test:8080" },
  })),
  ...["a.test:8443", "[::1]:8443", "192.0.2.1", "my_host"].map((host): Row => ({
    name: `x-forwarded-host "${host}"`,
    connection: proxied,
    headers: { "x-forwarded-host": host },
    want: { authority: host },
  })),
];
for (const { name, connection, headers, want } of clients) {
  Deno.test(`the client behind it: ${name}`, () => {
    const given = new Headers(headers);
    const got = clientOf(connection, (header) => given.get(header), isProxy);
    assert.deepEqual({ ...got, ...want }, got);
  });
}

/** What the upstream is told of a request. */
function told(connection: Connection, headers: HeadersInit): Record<string, string> {
  const given = new Headers(headers);
  const client = clientOf(connection, (header) => given.get(header), isProxy);
  setForwarded(given, connection, client);
  return Object.fromEntries(given);
}

Deno.test("told upstream: a direct client, whatever it said", () => {
  const headers = {
    "x-forwarded-for": "192.0.2.9",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil.test",
    "forwarded": "for=192.0.2.9",
    "accept": "*/*",
  };
  assert.deepEqual(told(direct, headers), {
    "accept": "*/*",
    "forwarded": 'for=198.51.100.7;host="shop.test:8080";proto=http',
    "x-forwarded-for": "198.51.100.7",
    "x-forwarded-host": "shop.test:8080",
    "x-forwarded-proto": "http",
  });
});

Deno.test("told upstream: a trusted proxy is continued", () => {
  const headers = {
    "x-forwarded-for": "192.0.2.9, 10.1.2.3",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "www.shop.test",
    "x-forwarded-port": "443",
    "x-real-ip": "192.0.2.9",
    "forwarded": "for=192.0.2.9;proto=https",
  };
  assert.deepEqual(told({ ...proxied, authority: "shop.test" }, headers), {
    "forwarded": "for=192.0.2.9;proto=https, for=10.0.0.1;host=shop.test;proto=http",
    "x-forwarded-for": "192.0.2.9, 10.1.2.3, 10.0.0.1",
    "x-forwarded-host": "www.shop.test",
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
    "x-real-ip": "192.0.2.9",
  });
});

Deno.test("told upstream: a peer that the platform has added already stands there once", () => {
  const got = told(proxied, { "x-forwarded-for": "192.0.2.9, 10.0.0.1" });
  assert.equal(got["x-forwarded-for"], "192.0.2.9, 10.0.0.1");
});

Deno.test("told upstream: a proxy that says nothing", () => {
  const got = told(proxied, {});
  assert.equal(got["x-forwarded-for"], "10.0.0.1");
  assert.equal(got["forwarded"], 'for=10.0.0.1;host="shop.test:8080";proto=http');
});

Deno.test("told upstream: nobody knows the peer", () => {
  const got = told({ ...direct, peer: null }, { "x-forwarded-for": "192.0.2.9" });
  assert.equal(got["x-forwarded-for"], undefined);
  assert.equal(got["forwarded"], 'for=unknown;host="shop.test:8080";proto=http');
});

Deno.test("told upstream: IPv6 is quoted and in brackets (RFC 7239 §6.2)", () => {
  const connection: Connection = { peer: "2001:db8::9", scheme: "https", authority: "[::1]" };
  const got = told(connection, {});
  assert.equal(got["x-forwarded-for"], "2001:db8::9");
  assert.equal(got["forwarded"], 'for="[2001:db8::9]";host="[::1]";proto=https');
});

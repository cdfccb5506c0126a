import assert from "node:assert/strict";
import type { PlatformPlace } from "../../../src/model/place.ts";
import { WorkerExchange } from "../../../src/platform/cloudflare/exchange.ts";
import { fetchAnswer as answerOf } from "../../../src/platform/fetch_answer.ts";

const context = { waitUntil: (): void => {} };

interface RequestSpec extends Omit<RequestInit, "cf"> {
  readonly url?: string;
  readonly cf?: unknown;
}

function exchangeOf(
  { url = "https://shop.test/x?y", cf, ...init }: RequestSpec = {},
): WorkerExchange {
  const request = new Request(url, init);
  return new WorkerExchange(cf === undefined ? request : Object.assign(request, { cf }), context);
}

const peers: [cf: unknown, header: string | null, want: string | null][] = [
  [{ clientIp: "192.0.2.1:43478" }, null, "192.0.2.1"],
  [{ clientIp: "[2001:db8::1]:43478" }, null, "2001:db8::1"],
  [{ clientIp: "192.0.2.1" }, null, "192.0.2.1"],
  [{ clientIp: "2001:db8::1" }, null, "2001:db8::1"],
  // Who faces its clients itself believes no header.
  [{ clientIp: "192.0.2.1:43478" }, "203.0.113.9", "192.0.2.1"],
  [{ clientIp: 7 }, "203.0.113.9", "203.0.113.9"],
  [{ clientIp: "unix:/run/limen" }, "203.0.113.9", "203.0.113.9"],
  [{ colo: "FRA" }, "203.0.113.9", "203.0.113.9"],
  [undefined, "2001:db8::9", "2001:db8::9"],
  [undefined, null, null],
];
for (const [cf, header, want] of peers) {
  Deno.test(`the peer with cf ${JSON.stringify(cf)} and the header ${header} is ${want}`, () => {
    const headers: HeadersInit = header === null ? {} : { "cf-connecting-ip": header };
    assert.equal(exchangeOf({ cf, headers }).peer, want);
  });
}

const nowhere = { country: null, latitude: null, longitude: null };
const places: readonly (readonly [cf: unknown, want: PlatformPlace | null])[] = [
  [undefined, null],
  [null, null],
  [{ clientIp: "192.0.2.1:43478" }, nowhere],
  [
    { country: "DE", latitude: "52.52", longitude: "13.405", city: "Berlin" },
    { country: "DE", latitude: "52.52", longitude: "13.405" },
  ],
  [{ country: "T1" }, { ...nowhere, country: "T1" }],
  [{ country: null, latitude: 52.52, longitude: {} }, nowhere],
];
for (const [cf, want] of places) {
  Deno.test(`the place with cf ${JSON.stringify(cf)}`, () => {
    assert.deepEqual(exchangeOf({ cf }).place, want);
  });
}

Deno.test("method, URL and headers are the request's", () => {
  const exchange = exchangeOf({ method: "OPTIONS", headers: { "x-a": "1" } });
  assert.equal(exchange.method, "OPTIONS");
  assert.equal(exchange.url, "https://shop.test/x?y");
  assert.equal(exchange.header("x-a"), "1");
  assert.equal(exchange.header("x-b"), null);
});

Deno.test("copied headers are the copy's own", () => {
  const exchange = exchangeOf({ headers: { "x-a": "1" } });
  const copy = exchange.copyHeaders();
  copy.set("x-a", "2");
  assert.equal(exchange.header("x-a"), "1");
});

Deno.test("no body, an empty one, one of known length and one of unknown", async () => {
  assert.equal(exchangeOf().body, null);
  const method = "POST";
  assert.equal(exchangeOf({ method, body: "", headers: { "content-length": "0" } }).body, null);
  const known = exchangeOf({ method, body: "abc", headers: { "content-length": "3" } }).body!;
  assert.equal(known.length, 3);
  assert.equal(new TextDecoder().decode(await known.bytes()), "abc");
  const unknown = exchangeOf({ method, body: "abc" }).body!;
  assert.equal(unknown.length, null);
  assert.equal(await new Response(unknown.stream()).text(), "abc");
  assert.equal(unknown.stream(), unknown.stream());
});

Deno.test("an answer becomes the client's response, edited", async () => {
  const upstream = new Response("hello", { status: 201, headers: { "x-a": "1", "x-b": "1" } });
  const response = exchangeOf().respond(
    answerOf(upstream),
    (headers) => headers.delete("x-a"),
    null,
  );
  assert.equal(response.status, 201);
  assert.equal(response.headers.get("x-a"), null);
  assert.equal(response.headers.get("x-b"), "1");
  assert.equal(await response.text(), "hello");
});

Deno.test("an answer without a body keeps its status", () => {
  for (const status of [204, 205, 304]) {
    const response = exchangeOf().respond(answerOf(new Response(null, { status })), () => {}, null);
    assert.deepEqual([response.status, response.body], [status, null]);
  }
});

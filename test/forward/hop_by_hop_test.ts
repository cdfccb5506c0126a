import assert from "node:assert/strict";
import { removeHopByHop } from "../../src/forward/hop_by_hop.ts";
import { MapHeaders } from "../../src/platform/deno/map_headers.ts";

const always = {
  "keep-alive": "timeout=5",
  "proxy-authenticate": "Basic",
  "proxy-authorization": "Basic eA==",
  "proxy-connection": "keep-alive",
  "te": "trailers",
  "trailer": "x-sum",
  "transfer-encoding": "chunked",
  "upgrade": "websocket",
};

interface Row {
  readonly name: string;
  readonly headers: Record<string, string>;
  readonly want: Record<string, string>;
}

const rows: Row[] = [
  { name: "what is always hop-by-hop", headers: { ...always, "x-a": "1" }, want: { "x-a": "1" } },
  {
    name: "what Connection names",
    headers: { "connection": "close, X-A ,x-b", "x-a": "1", "x-b": "2", "x-c": "3" },
    want: { "x-c": "3" },
  },
  {
    name: "Connection names nothing that is there",
    headers: { "connection": "keep-alive, x-z", "x-a": "1" },
    want: { "x-a": "1" },
  },
  {
    name: "tokens that are no header names",
    headers: { "connection": ",, x a, é, x-a:, =, (x), x-b", "x-a": "1", "x-b": "2" },
    want: { "x-a": "1" },
  },
  ...[
    "host",
    "content-length",
    "authorization",
    "cookie",
    "x-request-id",
    "via",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
  ].map((name): Row => ({
    name: `Connection can't take ${name} away`,
    headers: { connection: name.toUpperCase(), [name]: "1" },
    want: { [name]: "1" },
  })),
];
for (const { name, headers, want } of rows) {
  Deno.test(`hop by hop: ${name}`, () => {
    const native = new Headers(headers);
    removeHopByHop(native);
    assert.deepEqual(Object.fromEntries(native), want);
    const pairs = MapHeaders.from(new Headers(headers));
    removeHopByHop(pairs);
    assert.deepEqual(Object.fromEntries(pairs.values), want);
  });
}

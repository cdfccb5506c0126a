import assert from "node:assert/strict";
import * as fc from "fast-check";
import { splitTarget, type Target } from "../../src/match/target.ts";

const base: Target = { scheme: "http", host: "h.example", port: null, path: "/", query: "" };

const rows: readonly [url: string, want: Partial<Target> | null][] = [
  ["http://h.example", {}],
  ["http://h.example/", {}],
  ["https://h.example/a/b", { scheme: "https", path: "/a/b" }],
  ["http://h.example:8080/a", { port: 8080, path: "/a" }],
  ["http://h.example:/a", { path: "/a" }],
  ["http://H.Example./a", { path: "/a" }],
  ["http://h.example/a?b=c?d#e", { path: "/a", query: "b=c?d" }],
  ["http://h.example?b=/c", { query: "b=/c" }],
  ["http://h.example/a?", { path: "/a" }],
  ["http://h.example#x/y?z", {}],
  ["http://h.example/a#b?c", { path: "/a" }],
  ["http://h.example//a//b", { path: "//a//b" }],
  ["http://h.example/a:b@c", { path: "/a:b@c" }],
  ["http://user:secret@h.example:81/", { port: 81 }],
  ["http://[2001:DB8::1]:8080/x", { host: "[2001:db8::1]", port: 8080, path: "/x" }],
  ["http://[::1]/x", { host: "[::1]", path: "/x" }],
  ["http://h.example:65536/", null],
  ["http://h.example:8o/", null],
  ["http:///a", null],
  ["http://:80/a", null],
  ["ftp://h.example/", null],
  ["/a", null],
  ["", null],
];

for (const [url, want] of rows) {
  Deno.test(`target: ${url}`, () => {
    assert.deepEqual(splitTarget(url), want === null ? null : { ...base, ...want });
  });
}

Deno.test("target: agrees with URL on every URL that URL has normalised", () => {
  fc.assert(fc.property(
    fc.webUrl({
      withQueryParameters: true,
      withFragments: true,
      authoritySettings: { withPort: true, withIPv6: true },
    }),
    (raw) => {
      const url = new URL(raw);
      if (url.host.endsWith(".")) return;
      const target = splitTarget(url.href)!;
      assert.deepEqual({ ...target }, {
        scheme: url.protocol.slice(0, -1),
        host: url.hostname,
        port: url.port === "" ? null : Number(url.port),
        path: url.pathname,
        query: url.search.slice(1),
      });
    },
  ));
});

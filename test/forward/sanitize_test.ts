import assert from "node:assert/strict";
import * as fc from "fast-check";
import { sanitize } from "../../src/forward/sanitize.ts";
import { MapHeaders } from "../../src/platform/deno/map_headers.ts";

/** Of the router filter, the fault filter, tracing, the connection manager, and of Limen itself. */
const reserved = [
  "x-envoy-retry-on",
  "x-envoy-max-retries",
  "x-envoy-upstream-rq-timeout-ms",
  "x-envoy-hedge-on-per-try-timeout",
  "x-envoy-expected-rq-timeout-ms",
  "x-envoy-original-dst-host",
  "x-envoy-original-path",
  "x-envoy-fault-abort-request",
  "x-envoy-fault-delay-request-percentage",
  "x-envoy-force-trace",
  "x-envoy-decorator-operation",
  "x-envoy-internal",
  "x-envoy-external-address",
  "x-envoy-attempt-count",
  "x-envoy-overloaded",
  "x-envoy-ratelimited",
  "x-envoy-degraded",
  "x-envoy-immediate-health-check-fail",
  "x-envoy-of-tomorrow",
  "x-limen-overloaded",
  "x-limen-explain",
  "x-forwarded-client-cert",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-forwarded-server",
  "x-real-ip",
];
const free = [
  "accept",
  "cookie",
  "x",
  "x-envoy",
  "x-envoyage",
  "x-limen",
  "my-x-envoy-retry-on",
  "x-client-trace-id",
  "x-forwarded-for",
  "x-request-id",
  "traceparent",
];

/** As each platform holds them. */
const kinds = {
  "native headers": (names: readonly string[]): Headers => new Headers(names.map((n) => [n, "1"])),
  "a map": (names: readonly string[]): MapHeaders =>
    MapHeaders.from(new Headers(names.map((n) => [n, "1"]))),
};

for (const [kind, headersOf] of Object.entries(kinds)) {
  Deno.test(`sanitize: a stranger's, in ${kind}`, () => {
    const headers = headersOf([...reserved, ...free]);
    sanitize(headers, false);
    assert.deepEqual([...headers.keys()].toSorted(), free.toSorted());
  });

  Deno.test(`sanitize: a trusted proxy's, in ${kind}`, () => {
    const headers = headersOf([...reserved, ...free]);
    sanitize(headers, true);
    // What is for this gateway alone goes no further, whoever sent it.
    const want = [...reserved, ...free].filter((name) => name !== "x-limen-explain");
    assert.deepEqual([...headers.keys()].toSorted(), want.toSorted());
  });

  Deno.test(`sanitize: any mixture, in ${kind}`, () => {
    fc.assert(fc.property(fc.shuffledSubarray([...reserved, ...free]), (names) => {
      const headers = headersOf(names);
      sanitize(headers, false);
      const want = names.filter((name) => free.includes(name));
      assert.deepEqual([...headers.keys()].toSorted(), want.toSorted());
    }));
  });
}

Deno.test("sanitize: repeated headers, in capitals", () => {
  const headers = new Headers([["X-Envoy-Retry-On", "5xx"], ["x-envoy-retry-on", "reset"]]);
  sanitize(headers, false);
  assert.deepEqual([...headers], []);
});

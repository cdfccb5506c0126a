import assert from "node:assert/strict";
import { fault, type FaultCode, faultKinds, isFault } from "../../src/model/fault.ts";

/** The proxy error types that RFC 9209 §2.3 registers. */
const registered = new Set([
  "dns_timeout",
  "dns_error",
  "destination_not_found",
  "destination_unavailable",
  "destination_ip_prohibited",
  "destination_ip_unroutable",
  "connection_refused",
  "connection_terminated",
  "connection_timeout",
  "connection_read_timeout",
  "connection_write_timeout",
  "connection_limit_reached",
  "tls_protocol_error",
  "tls_certificate_error",
  "tls_alert_received",
  "http_request_error",
  "http_request_denied",
  "http_response_incomplete",
  "http_response_header_section_size",
  "http_response_header_size",
  "http_response_body_size",
  "http_response_trailer_section_size",
  "http_response_trailer_size",
  "http_response_transfer_coding",
  "http_response_content_coding",
  "http_response_timeout",
  "http_upgrade_failed",
  "http_protocol_error",
  "proxy_internal_response",
  "proxy_internal_error",
  "proxy_configuration_error",
  "proxy_loop_detected",
]);

for (const [code, { status, title, proxyError }] of Object.entries(faultKinds)) {
  Deno.test(`${code} has a registered proxy error type, an error status and a title`, () => {
    assert.ok(registered.has(proxyError), proxyError);
    assert.ok(status >= 400 && status <= 599);
    assert.ok(title.length > 0 && !title.endsWith("."));
  });
}

/** Contract, sections 5 and 6. */
const promised: Partial<Record<FaultCode, number>> = {
  no_route: 404,
  no_healthy_upstream: 503,
  upstream_timeout: 504,
  upstream_connect_failed: 502,
  upstream_reset: 502,
  rate_limited: 429,
  unauthenticated: 401,
  forbidden: 403,
  body_too_large: 413,
  bad_request: 400,
  not_ready: 503,
  invalid_policy: 422,
  revision_conflict: 412,
  not_found: 404,
  method_not_allowed: 405,
};
for (const [code, status] of Object.entries(promised)) {
  Deno.test(`${code} is ${status}`, () => {
    assert.equal(faultKinds[code as FaultCode].status, status);
  });
}

Deno.test("a fault is told from other outcomes", () => {
  assert.ok(isFault(fault("no_route", "")));
  assert.ok(!isFault(new Response()));
});

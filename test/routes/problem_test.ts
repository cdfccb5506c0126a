import assert from "node:assert/strict";
import { problem } from "../../routes/problem.ts";
import {
  fault,
  type FaultCode,
  type FaultKind,
  faultKinds,
  injectedFault,
} from "../../src/model/fault.ts";

for (const [code, kind] of Object.entries<FaultKind>(faultKinds)) {
  const { status, title, proxyError, headers } = kind;
  Deno.test(`${code} as problem details (RFC 9457) and Proxy-Status (RFC 9209)`, async () => {
    const response = problem(fault(code as FaultCode, "What happened."));
    assert.equal(response.status, status);
    assert.deepEqual(Object.fromEntries(response.headers), {
      "cache-control": "no-store",
      "content-type": "application/problem+json",
      "proxy-status": `limen; error=${proxyError}`,
      ...headers,
    });
    assert.deepEqual(await response.json(), {
      type: `urn:limen:problem:${code}`,
      title,
      status,
      code,
      detail: "What happened.",
    });
  });
}

Deno.test("a problem takes a request id, further headers and further members", async () => {
  const response = problem(fault("method_not_allowed", "No."), {
    requestId: "r1",
    headers: { allow: "GET" },
    members: { findings: [1] },
  });
  assert.equal(response.headers.get("x-request-id"), "r1");
  assert.equal(response.headers.get("allow"), "GET");
  const { findings, code } = await response.json() as { findings: unknown; code: string };
  assert.deepEqual({ findings, code }, { findings: [1], code: "method_not_allowed" });
});

for (const status of [200, 204, 205, 304, 599]) {
  Deno.test(`an injected fault has the policy's status, ${status}, and a body if that may have one`, async () => {
    const response = problem(injectedFault(status));
    assert.equal(response.status, status);
    const hasBody = ![204, 205, 304].includes(status);
    assert.equal(response.headers.has("content-type"), hasBody);
    const text = await response.text();
    if (!hasBody) assert.equal(text, "");
    else assert.deepEqual(JSON.parse(text).status, status);
  });
}

import assert from "node:assert/strict";
import { respond } from "../../src/action/respond.ts";
import type { RespondPlan } from "../../src/plan/plan.ts";

const ok: RespondPlan = { kind: "respond", status: 200, headers: [["x-a", "1"]], body: "ok" };

Deno.test("respond: status, headers and body", async () => {
  const response = respond(ok, "GET");
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("x-a"), "1");
  assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(await response.text(), "ok");
});

Deno.test("respond: the policy's content type", () => {
  const response = respond({ ...ok, headers: [["content-type", "application/json"]] }, "GET");
  assert.equal(response.headers.get("content-type"), "application/json");
});

Deno.test("respond: HEAD gets the headers only", () => {
  const response = respond(ok, "HEAD");
  assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(response.body, null);
});

for (const status of [204, 205, 304]) {
  Deno.test(`respond: ${status} never has a body`, () => {
    const response = respond({ ...ok, status }, "GET");
    assert.equal(response.status, status);
    assert.equal(response.body, null);
    assert.equal(response.headers.get("content-type"), null);
  });
}

Deno.test("respond: without a body there is no content type", () => {
  assert.equal(respond({ ...ok, body: null }, "GET").headers.get("content-type"), null);
});

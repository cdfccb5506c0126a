import assert from "node:assert/strict";
import { memberStatus } from "../../src/platform/member_status.ts";
import type { FeedStatus } from "../../src/store/status.ts";

const ME = {
  id: "m1",
  locality: { region: "eu-1", zone: "a", subzone: "" },
  runtime: "deno",
} as const;

const feedOf = (spec: Partial<FeedStatus> = {}): FeedStatus => ({
  revision: "0123456789ab",
  activeSince: "2026-11-20T12:00:00.000Z",
  lastCheck: "2026-11-20T12:00:30.000Z",
  lastError: null,
  ...spec,
});

Deno.test("member status: who, where, and what is served since when", () => {
  assert.deepEqual(memberStatus(ME, feedOf()), {
    id: "m1",
    group: "eu-1/a",
    runtime: "deno",
    revision: "0123456789ab",
    since: "2026-11-20T12:00:00.000Z",
    lastError: null,
  });
});

Deno.test("member status: that the store was looked at again is no other status", () => {
  const later = feedOf({ lastCheck: "2026-11-20T12:01:00.000Z" });
  assert.deepEqual(memberStatus(ME, feedOf()), memberStatus(ME, later));
});

Deno.test("member status: of an error what fits, without findings", () => {
  const at = "2026-11-20T12:00:31.000Z";
  const error = { code: "invalid_policy", message: "x".repeat(1_000), at, findings: [] } as const;
  const { lastError } = memberStatus(ME, feedOf({ lastError: error }));
  assert.deepEqual(Object.keys(lastError!), ["code", "message", "at"]);
  assert.equal(lastError!.message, `${"x".repeat(299)}…`);
  assert.deepEqual([lastError!.code, lastError!.at], ["invalid_policy", at]);
});

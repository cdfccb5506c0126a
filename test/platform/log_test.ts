import assert from "node:assert/strict";
import { logError, logger } from "../../src/platform/log.ts";

Deno.test("a log line is one JSON object with its time", () => {
  const lines: string[] = [];
  const log = logger((line) => void lines.push(line), () => Date.UTC(2026, 10, 20, 12, 0, 0, 5));
  log({ event: "policy_activated", revision: "0123456789ab" });
  log({ event: "odd", text: 'a\n"b"\u2028', nothing: undefined });
  assert.deepEqual(lines, [
    '{"time":"2026-11-20T12:00:00.005Z","event":"policy_activated","revision":"0123456789ab"}',
    '{"time":"2026-11-20T12:00:00.005Z","event":"odd","text":"a\\n\\"b\\"\u2028"}',
  ]);
});

const errors: [error: unknown, want: RegExp][] = [
  [new TypeError("a bug"), /^TypeError: a bug\n\s+at /],
  [Object.assign(new Error("no stack"), { stack: undefined }), /^no stack$/],
  ["just text", /^just text$/],
  [null, /^null$/],
  [undefined, /^undefined$/],
];
for (const [error, want] of errors) {
  Deno.test(`an error in the log: ${error}`, () => {
    const logged = logError("request_failed", error);
    assert.equal(logged.event, "request_failed");
    assert.match(String(logged["error"]), want);
  });
}

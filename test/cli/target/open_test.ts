import assert from "node:assert/strict";
import { parseTarget } from "../../../src/cli/target/open.ts";

const good = [
  { text: "cloudflare", want: { kind: "cloudflare" } },
  { text: "cloudflare:production", want: { kind: "cloudflare", environment: "production" } },
  { text: "deno", want: { kind: "deno" } },
  { text: "deno:8787", want: { kind: "deno", path: "8787" } },
  { text: "deno:./a.sqlite3", want: { kind: "deno", path: "./a.sqlite3" } },
  { text: "deno:https://kv.example/x", want: { kind: "deno", path: "https://kv.example/x" } },
];

for (const { text, want } of good) {
  Deno.test(`--to ${text}`, () => assert.deepEqual(parseTarget(text), want));
}

Deno.test("--to a gateway's URL", () => {
  const target = parseTarget("https://gateway.example.com/base/");
  assert.equal(target.kind === "gateway" && target.url.href, "https://gateway.example.com/base/");
});

const bad = [
  { text: "", message: /A target is/ },
  { text: "cloudfare", message: /did you mean "cloudflare"\?/ },
  { text: "dino:x", message: /did you mean "deno"\?/ },
  { text: "cloudflare:", message: /A target is/ },
  { text: "deno:", message: /A target is/ },
  {
    text: "gateway.example.com",
    message: /A target is a gateway's URL, .*, did you mean https:\/\/gateway\.example\.com\?/,
  },
  { text: "127.0.0.1:8787", message: /, did you mean http:\/\/127\.0\.0\.1:8787\?/ },
  { text: "[::1]:8787/x", message: /, did you mean http:\/\/\[::1\]:8787\/x\?/ },
  { text: "localhost", message: /, did you mean http:\/\/localhost\?/ },
  { text: "kv.sqlite3", message: /A target is .*\.$/ },
  { text: "http://127.0.0.1:8787/_limen/", message: /^Leave out \/_limen: / },
  { text: "ftp://x", message: /A target is/ },
  { text: "http://", message: /A gateway's URL is such as/ },
  { text: "https://x/?a", message: /A gateway's URL is such as/ },
];

for (const { text, message } of bad) {
  Deno.test(`--to ${text || "(nothing)"} is no target`, () => {
    assert.throws(() => parseTarget(text), { message });
  });
}

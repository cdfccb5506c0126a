import assert from "node:assert/strict";
import { type AskWords, parseAsk } from "../../src/explain/ask.ts";

const URL = "https://shop.test/cart";

const good: readonly [words: AskWords, want: Record<string, unknown>][] = [
  [{ method: "GET", url: URL }, { method: "GET", url: URL, headers: [], ip: null }],
  [{ method: "get", url: "HTTP://Shop.test/A?B" }, { method: "get", url: "http://Shop.test/A?B" }],
  [
    { method: "GET", url: URL, headers: [["X-Beta", " yes\t"], ["x-beta", ""]] },
    { headers: [["x-beta", "yes"], ["x-beta", ""]] },
  ],
  [{ method: "GET", url: URL, from: ["ip=192.0.2.1", "region=eu"] }, { ip: "192.0.2.1" }],
];
for (const [words, want] of good) {
  Deno.test(`asked: ${JSON.stringify(words)}`, () => {
    const ask = parseAsk(words);
    assert.ok(ask.ok);
    for (const [key, value] of Object.entries(want)) {
      assert.deepEqual(Reflect.get(ask.value.asked, key), value, key);
    }
  });
}

const bad: readonly [words: AskWords, problem: RegExp][] = [
  [{ method: "", url: URL }, /^"" is not a method/],
  [{ method: "GET\r\nx: y", url: URL }, /is not a method/],
  [{ method: "GET", url: "/cart" }, /^"\/cart" is not a whole URL/],
  [{ method: "GET", url: "ftp://shop.test" }, /is not a whole URL/],
  [{ method: "GET", url: URL, headers: [["", "x"]] }, /is no header/],
  [{ method: "GET", url: URL, headers: [["a b", "x"]] }, /is no header/],
  [{ method: "GET", url: URL, headers: [["a", "x\ny"]] }, /is no header/],
  [{ method: "GET", url: URL, headers: [["a", "\u2603"]] }, /is no header/],
  [{ method: "GET", url: URL, from: ["region"] }, /^from: /],
];
for (const [words, problem] of bad) {
  Deno.test(`not to be asked: ${JSON.stringify(words)}`, () => {
    const ask = parseAsk(words);
    assert.match(ask.ok ? "" : ask.problem, problem);
  });
}

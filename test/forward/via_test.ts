import assert from "node:assert/strict";
import { addVia, passedTooOften } from "../../src/forward/via.ts";

Deno.test("Via begins or is continued", () => {
  const headers = new Headers();
  addVia(headers);
  assert.equal(headers.get("via"), "1.1 limen");
  headers.set("via", "1.0 other");
  addVia(headers);
  assert.equal(headers.get("via"), "1.0 other, 1.1 limen");
});

Deno.test("a request may pass eight times, and is stopped at the ninth", () => {
  const headers = new Headers();
  const passes: boolean[] = [];
  for (let pass = 1; pass <= 9; pass++) {
    passes.push(passedTooOften(headers.get("via")));
    addVia(headers);
  }
  assert.deepEqual(passes, [false, false, false, false, false, false, false, false, true]);
});

Deno.test("other proxies count for nothing", () => {
  assert.equal(passedTooOften(new Array(50).fill("1.1 other").join(", ")), false);
  assert.equal(passedTooOften(null), false);
});

import assert from "node:assert/strict";
import { HeldBody } from "../../src/platform/small_body.ts";

const sized = (length: string, more: HeadersInit = {}): Response =>
  new Response("hello", { headers: { "content-length": length, ...more } });

Deno.test("small body: read whole, byte for byte", async () => {
  const held = new HeldBody(sized("5"));
  assert.equal(held.bytes, null);
  assert.equal(await held.hold(null), true);
  assert.equal(new TextDecoder().decode(held.bytes!), "hello");
});

Deno.test("small body: whoever wants to know hears of each part", async () => {
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const text of ["he", "l", "lo"]) controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
  const held = new HeldBody(new Response(stream, { headers: { "content-length": "5" } }));
  let parts = 0;
  assert.equal(await held.hold(() => parts++), true);
  assert.equal(parts, 3);
  assert.equal(new TextDecoder().decode(held.bytes!), "hello");
});

const passing: readonly [string, Response][] = [
  ["of unknown length", new Response("hello")],
  ["that is large", sized(`${64 * 1024 + 1}`)],
  ["that is compressed", sized("5", { "content-encoding": "gzip" })],
  ["that is not there", new Response(null, { headers: { "content-length": "5" } })],
];
for (const [what, response] of passing) {
  Deno.test(`small body: one ${what} is handed on as it comes`, () => {
    assert.equal(new HeldBody(response).hold(null), null);
    assert.equal(response.bodyUsed, false);
  });
}

for (const [who, onChunk] of [["nobody", null], ["somebody", () => {}]] as const) {
  Deno.test(`small body: one that breaks off is not whole; ${who} watches`, async () => {
    const stream = new ReadableStream({
      pull: (controller) => controller.error(new Error("gone")),
    });
    const held = new HeldBody(new Response(stream, { headers: { "content-length": "5" } }));
    assert.equal(await held.hold(onChunk), false);
    assert.equal(held.bytes, null);
  });
}

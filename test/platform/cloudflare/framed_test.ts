import assert from "node:assert/strict";
import { frame, unframe } from "../../../src/platform/cloudflare/framed.ts";

const rows: readonly [string, unknown, readonly number[][]][] = [
  ["nothing but JSON", { a: "line\nfeed" }, []],
  ["pieces", null, [[1, 10, 2], [], [10]]],
  ["JSON of many bytes a character", { "ü": "界" }, [[255]]],
];
for (const [name, head, pieces] of rows) {
  Deno.test(`framed: ${name}`, async () => {
    const body = frame(head, pieces.map((piece) => new Uint8Array(piece)));
    const framed = await unframe(new Response(body));
    assert.deepEqual(framed.head, head);
    assert.deepEqual([...framed.bytes], pieces.flat());
  });
}

Deno.test("framed: what is no frame is refused", async () => {
  for (const body of ["", "{", "{}"]) await assert.rejects(unframe(new Response(body)));
});

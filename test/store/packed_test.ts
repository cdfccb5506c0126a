import assert from "node:assert/strict";
import * as fc from "fast-check";
import { digest, pack, unpack } from "../../src/store/packed.ts";

Deno.test("packed: any text comes back from pieces of any size", async () => {
  const unit = fc.constantFrom("grapheme", "binary" as const);
  await fc.assert(
    fc.asyncProperty(unit.chain((unit) => fc.string({ unit })), fc.nat(), async (text, size) => {
      const { packed, ...rest } = await pack(text);
      const length = 1 + size % packed.length;
      const pieces = Array.from(
        { length: Math.ceil(packed.length / length) },
        (_, i) => packed.slice(i * length, (i + 1) * length),
      );
      assert.equal(await unpack(pieces, rest), text.toWellFormed());
      assert.equal(rest.sha256, await digest(text));
    }),
    { numRuns: 50 },
  );
});

Deno.test("packed: what is not whole is nothing", async () => {
  const { packed, bytes, sha256 } = await pack("\ufeff{}");
  const rows: readonly [string, Uint8Array<ArrayBuffer>[], number, string][] = [
    ["a piece is missing", [packed.slice(0, -3)], bytes, sha256],
    ["no gzip", [new Uint8Array(9)], bytes, sha256],
    ["nothing", [], bytes, sha256],
    ["another length", [packed], bytes + 1, sha256],
    ["another digest", [packed], bytes, sha256.replaceAll(/./g, "0")],
  ];
  for (const [name, pieces, length, hex] of rows) {
    assert.equal(await unpack(pieces, { bytes: length, sha256: hex }), null, name);
  }
});

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { fitStamp, parseStamp, type Stamp } from "../../src/store/stamp.ts";

const whole: Stamp = {
  revision: "0123456789ab",
  fingerprint: "v1",
  at: "2026-11-20T12:00:00.000Z",
  by: "ann",
  message: "why",
};

const bytes = (stamp: Stamp): number => new TextEncoder().encode(JSON.stringify(stamp)).length;

const rows: { name: string; value: unknown; want: Stamp | null }[] = [
  { name: "whole", value: whole, want: whole },
  { name: "foreign fields go", value: { ...whole, size: 3 }, want: whole },
  { name: "nothing", value: null, want: null },
  { name: "no object", value: "0123456789ab", want: null },
  { name: "no revision", value: { ...whole, revision: undefined }, want: null },
  { name: "a revision that is none", value: { ...whole, revision: "latest" }, want: null },
  { name: "an empty fingerprint", value: { ...whole, fingerprint: "" }, want: null },
  { name: "a time that is none", value: { ...whole, at: "yesterday" }, want: null },
];
for (const { name, value, want } of rows) {
  Deno.test(`stamp: parse: ${name}`, () => assert.deepEqual(parseStamp(value), want));
}

Deno.test("stamp: what fits is kept as it is", () =>
  assert.deepEqual(fitStamp(whole, 1000), whole));

Deno.test("stamp: by and message are cut to the limit in bytes, never inside a character", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "ü", "界", "😀", '"', "\n", "\u0001") });
  const long = fc.oneof(text, text.map((part) => part.repeat(200)));
  fc.assert(
    fc.property(long, long, (by, message) => {
      const fitted = fitStamp({ ...whole, by, message }, 1000);
      assert.ok(bytes(fitted) <= 1000);
      for (const [cut, full] of [[fitted.by!, by], [fitted.message!, message]] as const) {
        assert.ok(cut.isWellFormed());
        assert.ok(cut === full || (cut.endsWith("...") && full.startsWith(cut.slice(0, -3))));
      }
    }),
  );
});

Deno.test("stamp: a cut leaves no room unused", () => {
  const fitted = fitStamp({ ...whole, message: "m".repeat(5000) }, 1000);
  assert.equal(bytes(fitted), 1000);
});

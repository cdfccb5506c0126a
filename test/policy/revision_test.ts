import assert from "node:assert/strict";
import * as fc from "fast-check";
import { canonicalJson, revisionOf } from "../../src/policy/revision.ts";
import { parseDocument } from "../../src/policy/text.ts";

/** RFC 8785 Appendix B: IEEE 754 bits and how ECMAScript writes them. */
const numbers: readonly [bits: string, text: string][] = [
  ["0000000000000000", "0"],
  ["8000000000000000", "0"],
  ["0000000000000001", "5e-324"],
  ["8000000000000001", "-5e-324"],
  ["7fefffffffffffff", "1.7976931348623157e+308"],
  ["4340000000000000", "9007199254740992"],
  ["4430000000000000", "295147905179352830000"],
  ["44b52d02c7e14af5", "9.999999999999997e+22"],
  ["44b52d02c7e14af6", "1e+23"],
  ["444b1ae4d6e2ef4e", "999999999999999700000"],
  ["444b1ae4d6e2ef50", "1e+21"],
  ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
  ["3eb0c6f7a0b5ed8d", "0.000001"],
  ["41b3de4355555554", "333333333.33333325"],
  ["41b3de4355555555", "333333333.3333333"],
  ["becbf647612f3696", "-0.0000033333333333333333"],
  ["43143ff3c1cb0959", "1424953923781206.2"],
];

for (const [bits, text] of numbers) {
  Deno.test(`canonicalJson: the number ${bits} is ${text}`, () => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt(`0x${bits}`));
    assert.equal(canonicalJson(view.getFloat64(0)), text);
  });
}

Deno.test("canonicalJson: keys are sorted by UTF-16 code units (RFC 8785 §3.2.3)", () => {
  const names = ["\u20ac", "\r", "\ufb33", "1", "\ud83d\ude00", "\u0080", "\u00f6"];
  const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])));
  assert.deepEqual(Object.keys(JSON.parse(text)).filter((name) => name !== "1"), [
    "\r",
    "\u0080",
    "\u00f6",
    "\u20ac",
    "\ud83d\ude00",
    "\ufb33",
  ]);
  assert.ok(text.startsWith('{"\\r":0,"1":0,"\u0080":0'));
});

Deno.test("canonicalJson: strings are escaped as little as possible (RFC 8785 §3.2.2.2)", () => {
  assert.equal(
    canonicalJson("\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"),
    '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"',
  );
});

Deno.test("canonicalJson: what has no canonical form is refused", () => {
  for (const value of ["\ud800", { "\udc00": 1 }, [NaN], Infinity, undefined, [undefined], 1n]) {
    assert.throws(() => canonicalJson(value), TypeError);
  }
  assert.throws(() => canonicalJson(JSON.parse("[".repeat(9999) + "]".repeat(9999))), RangeError);
});

Deno.test("canonicalJson: says the same, however the text was written", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: true }), (value) => {
      const text = canonicalJson(value);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      assert.equal(canonicalJson(JSON.parse(text)), text);
      assert.equal(canonicalJson(parseDocument(`// x\n${JSON.stringify(value, null, 2)}`)), text);
    }),
  );
});

Deno.test("revisionOf: twelve hex digits of SHA-256, blind to layout and order", async () => {
  // SHA-256 of "{}" begins 44136fa355b3.
  assert.equal(await revisionOf({}), "44136fa355b3");
  const [a, b] = ['{ "b": 1.0, /* x */ "a": "\\u0041" }', '{"a":"A","b":1}'];
  assert.equal(await revisionOf(parseDocument(a)), await revisionOf(parseDocument(b)));
  assert.notEqual(await revisionOf(parseDocument(a)), await revisionOf({ a: "a", b: 1 }));
});

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { DocumentError, MAX_DEPTH, parseDocument, parseText } from "../../src/policy/text.ts";

Deno.test("text: any JSON is read as JSON.parse reads it, comments or not", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 8 }), (text) => {
      const wanted: unknown = JSON.parse(text);
      const { value, problems } = parseText(`// a\n${text}/* b */`);
      assert.deepEqual(value, wanted);
      assert.deepEqual(problems.filter(({ rule }) => rule === "syntax"), []);
      assert.deepEqual(parseDocument(text), wanted);
      assert.deepEqual(parseDocument(`${text} // c`), wanted);
    }),
  );
});

Deno.test("text: prototypes stay out of it", () => {
  // Deno has no `__proto__` setter, workerd does.
  let reached = false;
  const setter = { set: () => (reached = true), configurable: true };
  Object.defineProperty(Object.prototype, "__proto__", setter);
  try {
    for (const text of ['{"__proto__":{"x":1}}', '// c\n{"__proto__":{"x":1}}']) {
      const value = parseDocument(text) as Record<string, unknown>;
      assert.deepEqual(Object.keys(value), ["__proto__"]);
      assert.equal(Object.getPrototypeOf(value), Object.prototype);
    }
  } finally {
    Reflect.deleteProperty(Object.prototype, "__proto__");
  }
  assert.equal(reached, false);
});

Deno.test("text: the last of equal keys counts, and all but the first are named", () => {
  const { value, problems } = parseText('{"a":1,"b":[{"a":1,"a":2}],"a":3,"a":4}');
  assert.deepEqual(value, { a: 4, b: [{ a: 2 }] });
  assert.deepEqual(problems.map(({ path }) => path), [["b", 0, "a"], ["a"], ["a"]]);
});

Deno.test("text: one finding for a line, and no more than a reader needs", () => {
  assert.equal(parseText("{a:b,c:d,\n e:f}").problems.length, 2);
  assert.equal(parseText("[\n" + "x\n".repeat(100)).problems.length, 20);
  assert.equal(parseText("[1, 2").value, undefined);
});

Deno.test("text: what holds nothing is called empty, and nothing else is", () => {
  const rows: [text: string, isEmpty: boolean][] = [
    ["", true],
    ["\uFEFF", true],
    [" \n\t", true],
    ["// only this\n/* and this */", true],
    [",", false],
    ["}", false],
    ["[", false],
    ['{"a":', false],
  ];
  for (const [text, isEmpty] of rows) {
    const { value, problems: [first] } = parseText(text);
    assert.deepEqual([value, first?.rule], [undefined, "syntax"], text);
    assert.equal(first!.message === "the document is empty", isEmpty, text);
  }
});

Deno.test("text: as deep as the limit, and no deeper", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  assert.deepEqual(parseText(nested(MAX_DEPTH)).problems, []);
  assert.deepEqual(
    parseText(nested(MAX_DEPTH + 1)).problems.map(({ rule, offset }) => [rule, offset]),
    [
      ["tooLarge", MAX_DEPTH],
    ],
  );
});

Deno.test("text: parseDocument throws for what is no document", () => {
  for (const text of ["", " // only this", "{", '{"a":1,}', "{} x"]) {
    assert.throws(() => parseDocument(text), DocumentError, text);
  }
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { memberText } from "../../../routes/api/member_text.ts";

const rows: [text: string, want: string | null][] = [
  ['{"policy":{"a":[1,{"policy":2}]},"x":"policy"}', '{"a":[1,{"policy":2}]}'],
  ['{ /* one */ "a": "policy", "policy" // two\n : // three\n  [1] }', "[1]"],
  ['{"policy": // "policy"\n { /* } */ "a": "}" } }', '{ /* } */ "a": "}" }'],
  ['{"policy":1,"policy":  "a\\"b" }', '"a\\"b"'],
  ['{"\\u0070olicy":true}', "true"],
  ['{"policy":{}}', "{}"],
  ['{"policy":-1.5e3}', "-1.5e3"],
  ['{"x":[],"policy":false,"y":{}}', "false"],
  ['\ufeff {"policy":null}', "null"],
  ['{"a":{"policy":1}}', null],
  ['[{"policy":1}]', null],
  ['["policy"]', null],
  ['"policy"', null],
  ["{}", null],
  ["", null],
];
for (const [text, want] of rows) {
  Deno.test(`member text of ${JSON.stringify(text)}`, () => {
    assert.equal(memberText(text, "policy"), want);
  });
}

Deno.test("member text: parses to the member, whatever stands around it", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.oneof(fc.constant("policy"), fc.string()), fc.jsonValue()),
      fc.constantFrom(0, 1, 4),
      (object, indent) => {
        const text = memberText(JSON.stringify(object, null, indent), "policy");
        const want = Object.hasOwn(object, "policy") ? object["policy"] : undefined;
        assert.deepEqual(
          text === null ? undefined : JSON.parse(text),
          JSON.parse(JSON.stringify({ want })).want,
        );
      },
    ),
  );
});

Deno.test("member text: of any depth", () => {
  const deep = "[".repeat(500_000) + "]".repeat(500_000);
  assert.equal(memberText(`{"x":${deep},"policy":${deep}}`, "policy"), deep);
});

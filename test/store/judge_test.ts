import assert from "node:assert/strict";
import { judge, judgeText } from "../../src/store/judge.ts";
import { fakeReader, finding, stampFor } from "./fakes.ts";

const text = `{
  "name": "p"
}`;

/** As a platform tells it that knows the plan alone. */
const reader = fakeReader({ accept: () => [finding("name", "this deployment lacks it")] });

for (
  const [whose, judged] of [
    ["without a stamp", await judgeText(text, reader)],
    ["with one", await judge(text, await stampFor(text), reader)],
  ] as const
) {
  Deno.test(`judge: what a deployment lacks has its place in the text of a document ${whose}`, () => {
    assert.equal(judged.ok, false);
    const places = judged.findings.map(({ path, line, column }) => [path, line, column]);
    assert.deepEqual(places, [["name", 2, 11]]);
  });
}

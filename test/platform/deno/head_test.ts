import assert from "node:assert/strict";
import { answerToHead } from "../../../src/platform/deno/head.ts";

Deno.test("HEAD: an answer of unknown length gets a body that is none, and all else stays", async () => {
  const headers = { "x-a": "1" };
  const answer = await answerToHead(
    Promise.resolve(new Response(null, { status: 404, statusText: "Gone", headers })),
  );
  assert.notEqual(answer.body, null);
  assert.equal(await answer.text(), "");
  const { status, statusText } = answer;
  assert.deepEqual([status, statusText, [...answer.headers]], [404, "Gone", [["x-a", "1"]]]);
});

const untouched: readonly (readonly [string, Response])[] = [
  ["a length that is known", new Response(null, { headers: { "content-length": "5" } })],
  ["a body", new Response("hello")],
  ...[204, 205, 304].map((status) => [`${status}`, new Response(null, { status })] as const),
];
for (const [name, response] of untouched) {
  Deno.test(`HEAD: left as it is: ${name}`, async () => {
    assert.equal(await answerToHead(response), response);
  });
}
